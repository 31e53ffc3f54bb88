package dev.pappus.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;

/** Whether this process can use KVM, and if not, what to do about it. */
public sealed interface KvmAvailability {
  /** The device node. */
  Path DEVICE = Path.of("/dev/kvm");

  /** It can be used. */
  record Present() implements KvmAvailability {}

  /** There is no device: no hardware support, or the kernel's modules are not loaded. */
  record Absent() implements KvmAvailability {}

  /**
   * There is a device, but this user may not open it.
   *
   * @param group the group that owns it
   * @param groupMayOpen whether joining that group helps
   */
  record NotPermitted(String group, boolean groupMayOpen) implements KvmAvailability {}

  /**
   * The device is there and permitted, yet does not open or is not KVM as we know it.
   *
   * @param reason what failed
   */
  record Broken(String reason) implements KvmAvailability {}

  /** Tries it. */
  static KvmAvailability probe() {
    if (!Files.exists(DEVICE)) {
      return new Absent();
    }
    try (KvmSystem _ = KvmSystem.open()) {
      return new Present();
    } catch (LinuxException e) {
      return switch (e.errno()) {
        case Errno.EACCES, Errno.EPERM -> notPermitted();
        case Errno.ENOENT -> new Absent();
        default -> new Broken(String.valueOf(e.getMessage()));
      };
    }
  }

  private static KvmAvailability notPermitted() {
    try {
      PosixFileAttributes attributes =
          Files.readAttributes(DEVICE, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      boolean groupMayOpen =
          attributes
              .permissions()
              .contains(java.nio.file.attribute.PosixFilePermission.GROUP_WRITE);
      return new NotPermitted(attributes.group().getName(), groupMayOpen);
    } catch (IOException e) {
      return new NotPermitted("kvm", true);
    }
  }

  /** One sentence: what is the matter and what to do. */
  default String explanation() {
    return switch (this) {
      case Present() -> DEVICE + " is present and can be used";
      case Absent() ->
          DEVICE
              + " is absent: load the module kvm_intel or kvm_amd, enable virtualisation in the"
              + " firmware, or enable nested virtualisation for this machine";
      case NotPermitted(String group, boolean groupMayOpen) ->
          DEVICE
              + " is present, but this user may not open it: "
              + (groupMayOpen
                  ? "join its group with 'sudo usermod -aG " + group + " $USER' and log in again"
                  : "its group '"
                      + group
                      + "' may not either; run 'sudo chmod g+rw "
                      + DEVICE
                      + "' or run as root");
      case Broken(String reason) -> DEVICE + " cannot be used: " + reason;
    };
  }
}
