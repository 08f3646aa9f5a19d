package io.atelier.checks;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The rules that a compiler does not know. Each holds for all main code, so a new module is checked
 * as it comes.
 */
class ArchitectureTest {
  /** Each package and those that it may use. */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          entry("kernel"),
          entry("tensor", "kernel"),
          entry("nn", "tensor"),
          entry("optim", "kernel", "tensor", "nn"),
          entry("data", "tensor", "nn"),
          entry("formats", "tensor", "nn", "optim", "data"),
          entry("datasets", "tensor", "nn", "optim", "data", "formats"),
          entry("models", "tensor", "nn"),
          entry("train", "tensor", "nn", "optim", "data", "formats", "models"),
          entry("explain", "tensor", "nn", "optim", "data"),
          entry(
              "cli",
              "tensor",
              "nn",
              "optim",
              "data",
              "formats",
              "datasets",
              "models",
              "train",
              "explain"));

  private static Map.Entry<String, List<String>> entry(String name, String... used) {
    return Map.entry(name, List.of(used));
  }

  private static final String[] CORE = packages("kernel", "tensor", "nn", "optim", "data");

  /** Functions whose last bit may differ between machines or versions of the JDK. */
  private static final String INEXACT =
      "exp|expm1|log|log10|log1p|pow|cbrt|hypot|a?(sin|cos|tan)|atan2|sinh|cosh|tanh";

  private static final JavaClasses ATELIER =
      new ClassFileImporter()
          .withImportOption(new DoNotIncludeTests())
          .importPackages("io.atelier");

  @Test
  void arrowsPointDown() {
    var layers = layeredArchitecture().consideringOnlyDependenciesInLayers();
    for (var name : ARROWS.keySet()) {
      layers.layer(name).definedBy(packages(name));
    }
    ARROWS.forEach((name, used) ->
        layers.whereLayer(name).mayOnlyAccessLayers(concat(used.toArray(String[]::new), name)));
    layers.check(ATELIER);
  }

  @Test
  void everyClassHasItsPlaceInTheArrows() {
    classes()
        .should()
        .resideInAnyPackage(packages(ARROWS.keySet().toArray(String[]::new)))
        .check(ATELIER);
  }

  @Test
  void coreNeedsTheJdkOnly() {
    classes()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(concat(CORE, "java..", "jdk.incubator.vector..", "org.jspecify..")))
        .check(ATELIER);
  }

  @Test
  void onlyKernelsAndElementwiseRulesNameVectors() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.atelier.kernel..", "io.atelier.tensor..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(ATELIER);
  }

  @Test
  void nothingNeedsTheInsideOfTheJdk() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("sun..", "com.sun..", "jdk.internal..")
        .check(ATELIER);
  }

  @Test
  void coreAndTrainHaveTheSameBitsEverywhere() {
    noClasses()
        .that()
        .resideInAnyPackage(concat(CORE, packages("models", "train", "explain")))
        .should()
        .accessTargetWhere(targetOwner(equivalentTo(Math.class)).and(target(nameMatching(INEXACT))))
        .orShould()
        .accessTargetWhere(
            targetOwner(equivalentTo(VectorOperators.class))
                .and(target(nameMatching("(?i)" + INEXACT))))
        .because("their last bit depends on the machine: take StrictMath or VectorMath")
        .check(ATELIER);
  }

  @Test
  void sumsOfVectorsDoNotDependOnTheirWidth() {
    noClasses()
        .should()
        .accessTargetWhere(
            targetOwner(resideInAPackage("jdk.incubator.vector"))
                .and(targetOwner(nameMatching(".*\\.(Float|Double)Vector")))
                .and(target(nameMatching("reduceLanes"))))
        .because("the order of reduceLanes depends on the width: take Sums")
        .check(ATELIER);
  }

  @Test
  void randomnessComesFromASeed() {
    noClasses()
        .that()
        .resideInAnyPackage(
            concat(CORE, packages("formats", "datasets", "models", "train", "explain")))
        .should()
        .dependOnClassesThat(
            assignableTo(Random.class)
                .or(assignableTo(SplittableRandom.class))
                .or(assignableTo(ThreadLocalRandom.class))
                .or(assignableTo(SecureRandom.class))
                .or(assignableTo(UUID.class))
                .or(resideInAPackage("java.util.random..")))
        .orShould()
        .callMethod(Math.class, "random")
        .check(ATELIER);
  }

  @Test
  void onlyMainEndsTheProcess() {
    noClasses()
        .that(not(nameMatching("io\\.atelier\\.cli\\.Main")))
        .should()
        .accessTargetWhere(
            targetOwner(equivalentTo(System.class).or(equivalentTo(Runtime.class)))
                .and(target(nameMatching("exit|halt"))))
        .check(ATELIER);
  }

  @Test
  void everyPackageIsNullMarked() {
    classes().should(resideInANullMarkedPackage()).check(ATELIER);
  }

  private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
    return new ArchCondition<>("reside in a package that is @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
        events.add(
            new SimpleConditionEvent(
                type,
                marked,
                type.getPackageName() + " has no package-info.java with @NullMarked"));
      }
    };
  }

  private static String[] packages(String... names) {
    return Arrays.stream(names).map(name -> "io.atelier." + name + "..").toArray(String[]::new);
  }

  private static String[] concat(String[] first, String... second) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(second)).toArray(String[]::new);
  }
}
