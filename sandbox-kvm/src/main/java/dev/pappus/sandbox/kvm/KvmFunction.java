package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.PreparedFunction;

/** A function that has been prepared for machines. */
final class KvmFunction implements PreparedFunction {
  private final ElfImage image;
  private final GuestCode code;
  private final FaultBackoff backoff;

  KvmFunction(ElfImage image, GuestCode code, FaultBackoff backoff) {
    this.image = image;
    this.code = code;
    this.backoff = backoff;
  }

  ElfImage image() {
    return image;
  }

  GuestCode code() {
    return code;
  }

  FaultBackoff backoff() {
    return backoff;
  }

  @Override
  public String sandbox() {
    return KvmDriver.NAME;
  }

  @Override
  public long residentBytes() {
    return image.residentBytes() + code.residentBytes();
  }

  @Override
  public long contextBytes() {
    return code.plan().contextBytes();
  }

  @Override
  public PreparedFunction accountedWith(PreparedFunction earlier) {
    return earlier instanceof KvmFunction function
        ? new KvmFunction(image, code, function.backoff)
        : this;
  }
}
