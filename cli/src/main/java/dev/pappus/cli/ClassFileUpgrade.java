package dev.pappus.cli;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;

/**
 * Gives classes that were compiled for Java 5, as picocli's are, the version and the stack maps of
 * Java 8. What they do stays the same, but the JVM's cache of loaded classes (cache.sh) takes only
 * classes with stack maps; without, reading and verifying them is a third of each command's start.
 */
final class ClassFileUpgrade {
  private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;
  private static final int GIVEN = ClassFile.JAVA_8_VERSION;

  private static final ClassFile CODEC = ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS);

  private ClassFileUpgrade() {}

  /** Whether a class file has no stack maps. */
  static boolean isOld(byte[] content) {
    return content.length > 8
        && (((content[6] & 0xff) << 8) | (content[7] & 0xff)) < FIRST_WITH_STACK_MAPS;
  }

  /** The new form of a class file; its ancestors are on the class path. */
  static byte[] upgrade(byte[] old) {
    ClassModel model = CODEC.parse(old);
    // Bodies are taken apart and put together, else they would be copied as they are.
    ClassTransform bodies =
        ClassTransform.transformingMethodBodies((code, element) -> code.with(element));
    return CODEC.transformClass(
        model,
        bodies.andThen((result, element) -> {
          if (element instanceof ClassFileVersion) {
            result.withVersion(GIVEN, 0);
          } else {
            result.with(element);
          }
        }));
  }
}
