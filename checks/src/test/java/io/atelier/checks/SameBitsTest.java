package io.atelier.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.atelier.nn.Layer;
import io.atelier.nn.Loss;
import io.atelier.nn.Plan;
import io.atelier.optim.UpdateRule;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One seed gives the same weights, bit for bit, whatever the vectors, the threads and the compiler.
 */
class SameBitsTest {
  private static List<String> expected = List.of();

  @BeforeAll
  static void runOnce() throws IOException, InterruptedException {
    expected = run("1", "-XX:UseAVX=2");
  }

  @Test
  void theProgramTrainsWithEveryKindOfLayerLossAndRule() {
    var kinds = new ArrayList<String>();
    for (var type : new ClassFileImporter().importPackages("io.atelier.nn", "io.atelier.optim")) {
      if (!type.isInterface() && type.isTopLevelClass()) {
        if (type.isAssignableTo(Layer.class) && !type.isAssignableTo(Plan.class)) {
          kinds.add("layer " + type.getSimpleName());
        } else if (type.isAssignableTo(UpdateRule.class)) {
          kinds.add("rule " + type.getSimpleName());
        }
      }
    }
    for (var method : Loss.class.getMethods()) {
      if (Modifier.isStatic(method.getModifiers()) && method.getParameterCount() == 2) {
        kinds.add("loss " + method.getName());
      }
    }
    assertThat(kinds)
        .hasSizeGreaterThan(8)
        .allSatisfy(kind -> assertThat(expected).anyMatch(line -> line.startsWith(kind)));
    assertThat(expected).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "1, -XX:UseAVX=3", // 512 bits where the machine has them
    "2, -XX:UseAVX=3",
    "3, -XX:UseAVX=3",
    "2, -XX:UseAVX=2",
    "3, -XX:UseAVX=2",
    "1, -XX:MaxVectorSize=16", // the width of NEON
    "2, -XX:MaxVectorSize=16",
    "3, -XX:MaxVectorSize=16",
    "2, -XX:TieredStopAtLevel=1",
  })
  void theWeightsAreTheSame(String threads, String option)
      throws IOException, InterruptedException {
    assertThat(run(threads, option)).isEqualTo(expected);
  }

  private static List<String> run(String threads, String option)
      throws IOException, InterruptedException {
    return Jvm.run(List.of(option), SameBitsProgram.class, threads);
  }
}
