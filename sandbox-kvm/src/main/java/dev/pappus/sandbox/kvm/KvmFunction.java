package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.Template;
import dev.pappus.sandbox.TemplateSlot;
import org.jspecify.annotations.Nullable;

/** A function that has been prepared for machines. */
final class KvmFunction implements PreparedFunction {
  private final ElfImage image;
  private final GuestCode code;
  private final FaultBackoff backoff;
  private final @Nullable TemplateSlot templateSlot;

  private KvmFunction(
      ElfImage image, GuestCode code, FaultBackoff backoff, @Nullable TemplateSlot templateSlot) {
    this.image = image;
    this.code = code;
    this.backoff = backoff;
    this.templateSlot = templateSlot;
  }

  /** A function or program that has been checked against {@code layout}. */
  static KvmFunction of(GuestLayout layout, ElfImage image, FaultBackoff backoff) {
    TemplateSlot slot = TemplateSlot.of(image);
    return new KvmFunction(image, GuestCode.of(layout, image), backoff, slot);
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
    PreparedFunction template = templateSlot == null ? null : templateSlot.filled();
    long own = image.residentBytes() + code.residentBytes();
    return template == null ? own : own + template.residentBytes();
  }

  @Override
  public long contextBytes() {
    return code.plan().contextBytes();
  }

  @Override
  public PreparedFunction accountedWith(PreparedFunction earlier) {
    return earlier instanceof KvmFunction function
        ? new KvmFunction(image, code, function.backoff, templateSlot)
        : this;
  }

  @Override
  public @Nullable TemplateSlot templateSlot() {
    return templateSlot;
  }

  @Override
  public PreparedFunction withTemplate(Template template) {
    GuestLayout layout = GuestLayout.of(contextBytes());
    ElfImage resumed = image.withTemplate(layout, template);
    return new KvmFunction(resumed, GuestCode.of(layout, resumed), backoff, null);
  }

  /** Whether a machine that is bound to {@code other} is bound to this or to its template. */
  boolean owns(@Nullable GuestCode other) {
    PreparedFunction template = templateSlot == null ? null : templateSlot.filled();
    return other == code || (template instanceof KvmFunction filled && other == filled.code);
  }
}
