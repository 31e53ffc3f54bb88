package dev.pappus.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Rules that the Maven graph cannot express; this module sees all others. */
class ArchitectureTest {
  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.pappus");

  @Test
  void nativeCodeIsCalledFromLinuxOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.pappus.linux..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.lang\\.foreign\\.(Linker|SymbolLookup|FunctionDescriptor).*")
        .check(PRODUCT);
  }

  @Test
  void concreteBackendsAreNamedByServerAndBenchmarksOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.pappus.sandbox.*..", "dev.pappus.server..", "dev.pappus.bench..")
        .and()
        .doNotHaveFullyQualifiedName("dev.pappus.cli.KvmCheck")
        .and()
        .doNotHaveFullyQualifiedName("dev.pappus.cli.ProcessCheck")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.pappus.sandbox.*..")
        .check(PRODUCT);
  }

  @Test
  void backendsDoNotKnowEachOther() {
    slices().matching("dev.pappus.sandbox.(*)..").should().notDependOnEachOther().check(PRODUCT);
  }

  @Test
  void modelDependsOnNothing() {
    noClasses()
        .that()
        .resideInAPackage("dev.pappus.model..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages("dev.pappus.model..", "java..", "org.jspecify..")
        .check(PRODUCT);
  }

  @Test
  void onlyTheCommandLineEndsTheProcess() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.pappus.cli..")
        .should()
        .callMethod(System.class, "exit", int.class)
        .check(PRODUCT);
  }
}
