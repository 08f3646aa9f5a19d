package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Networks of many operations, chosen at random: what holds for each operation alone holds for them
 * together. A failure names the seed and shows the network.
 */
class RandomGraphsTest {
  /** The seed of a network is its place. */
  private static final List<RandomGraph> GRAPHS =
      IntStream.range(0, 400).mapToObj(RandomGraph::new).toList();

  private static final List<Derivatives> DERIVATIVES =
      GRAPHS.stream().map(Derivatives::new).toList();

  /** How far {@link #difference} moves along its direction. */
  private static final double STEP = 2e-5;

  /**
   * How far one operation may be off in FLOAT, in units of 2^-24 of its value or of 1, whichever is
   * larger: results come from up to 64 numbers of size 4.
   */
  private static final double UNITS = 4;

  /** The derivative of the result with respect to each value, seen where it was made and read. */
  private static final class Derivatives {
    final int[] visits;
    final double[][] made;
    final double[][] read;

    Derivatives(RandomGraph graph) {
      visits = new int[graph.size()];
      made = new double[graph.size()][];
      read = new double[graph.size()][];
      for (int place = 0; place < graph.size(); place++) {
        made[place] = new double[graph.value(place).count()];
        read[place] = new double[graph.value(place).count()];
      }
      var leaves = graph.leaves().stream().map(Tensor::tracked).toList();
      graph
          .run(
              leaves,
              (source, reader, value) ->
                  value.watched((_, gradient) -> note(source, reader, gradient)))
          .backward();
    }

    private void note(int source, int reader, Tensor gradient) {
      double[] sums = source == reader ? made[source] : read[source];
      for (int i = 0; i < sums.length; i++) {
        sums[i] += gradient.number(i);
      }
      if (source == reader) {
        visits[source]++;
      }
    }
  }

  @Test
  void derivativesOfAValueReadSeveralTimesAddUp() {
    for (int seed = 0; seed < GRAPHS.size(); seed++) {
      var graph = GRAPHS.get(seed);
      var description = describe(seed, graph);
      var derivatives = DERIVATIVES.get(seed);
      for (int place = 0; place < graph.size(); place++) {
        assertThat(derivatives.visits[place]).as(description).isEqualTo(1);
        assertThat(derivatives.made[place])
            .as(description)
            .containsExactly(
                derivatives.read[place], within(1e-15 * largest(derivatives.made[place])));
      }
    }
  }

  /** Every value of the network, leaf or not, is moved in a random direction at once. */
  @Test
  void derivativesEqualCentralDifferences() {
    for (int seed = 0; seed < GRAPHS.size(); seed++) {
      var graph = GRAPHS.get(seed);
      var description = describe(seed, graph);
      var derivatives = DERIVATIVES.get(seed);
      var rng = Rng.of(seed);
      for (int direction = 0; direction < 2; direction++) {
        double[][] by = new double[graph.size()][];
        double derivative = 0;
        double size = 1;
        for (int place = 0; place < by.length; place++) {
          by[place] = new double[graph.value(place).count()];
          for (int i = 0; i < by[place].length; i++) {
            by[place][i] = 2 * rng.nextDouble() - 1;
            derivative += by[place][i] * derivatives.made[place][i];
            size += Math.abs(derivatives.made[place][i]);
          }
        }
        assertThat(difference(graph, by))
            .as(description)
            .isCloseTo(derivative, within(1e-9 * size));
      }
    }
  }

  /** The derivative along a direction by the five-point formula, exact for quartics. */
  private static double difference(RandomGraph graph, double[][] by) {
    double near = moved(graph, by, STEP) - moved(graph, by, -STEP);
    double far = moved(graph, by, 2 * STEP) - moved(graph, by, -2 * STEP);
    return (8 * near - far) / (12 * STEP);
  }

  private static double moved(RandomGraph graph, double[][] by, double step) {
    return graph
        .run(
            graph.leaves(),
            (source, reader, value) -> {
              if (source != reader) {
                return value;
              }
              double[] numbers = value.toDoubles();
              for (int i = 0; i < numbers.length; i++) {
                numbers[i] += step * by[source][i];
              }
              return Tensor.of(numbers, value.shape().toArray());
            })
        .item();
  }

  /**
   * To first order the error of the result is the error of each operation times the derivative with
   * respect to its value, which is what Linnainmaa invented reverse differentiation for in 1970.
   */
  @Test
  void fastResultsStayWithinTheErrorsOfTheirOperations() {
    for (int seed = 0; seed < GRAPHS.size(); seed++) {
      var graph = GRAPHS.get(seed);
      var description = describe(seed, graph);
      var derivatives = DERIVATIVES.get(seed);
      double bound = 0x1p-24 * UNITS * Math.max(1, Math.abs(run(graph, graph.leaves()).item()));
      for (int place = graph.leaves().size(); place < graph.size(); place++) {
        for (int i = 0; i < graph.value(place).count(); i++) {
          double value = Math.max(1, Math.abs(graph.value(place).number(i)));
          bound += 0x1p-24 * UNITS * value * Math.abs(derivatives.made[place][i]);
        }
      }
      assertThat(run(graph, single(graph)).item())
          .as(description)
          .isCloseTo(run(graph, graph.leaves()).item(), within(bound));
    }
  }

  @Test
  void fastDerivativesAreThoseOfDouble() {
    for (int seed = 0; seed < GRAPHS.size(); seed++) {
      var graph = GRAPHS.get(seed);
      var description = describe(seed, graph);
      var exact = gradients(graph, graph.leaves());
      var fast = gradients(graph, single(graph));
      for (int leaf = 0; leaf < exact.size(); leaf++) {
        assertThat(fast.get(leaf))
            .as(description)
            .containsExactly(exact.get(leaf), within(5e-6 * Math.max(1, largest(exact.get(leaf)))));
      }
    }
  }

  /** The second step of two finds the memory as the first has left it. */
  @Test
  void memoryThatIsUsedAgainChangesNoBit() {
    for (int seed = 0; seed < GRAPHS.size(); seed++) {
      var graph = GRAPHS.get(seed);
      var description = describe(seed, graph);
      var expected = gradients(graph, single(graph));
      for (int step = 0; step < 2; step++) {
        try (var _ = Step.training(Rng.of(0))) {
          var gradients = gradients(graph, single(graph));
          for (int leaf = 0; leaf < expected.size(); leaf++) {
            assertThat(gradients.get(leaf)).as(description).containsExactly(expected.get(leaf));
          }
        }
      }
    }
  }

  private static Tensor run(RandomGraph graph, List<Tensor> leaves) {
    return graph.run(leaves, (_, _, value) -> value);
  }

  private static List<double[]> gradients(RandomGraph graph, List<Tensor> leaves) {
    var tracked = leaves.stream().map(Tensor::tracked).toList();
    var gradients = run(graph, tracked).backward();
    return tracked.stream()
        .map(leaf -> gradients.of(leaf).to(ElementType.DOUBLE).toDoubles())
        .toList();
  }

  private static List<Tensor> single(RandomGraph graph) {
    return graph.leaves().stream().map(leaf -> leaf.to(ElementType.FLOAT)).toList();
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  /** Made only where a test fails. */
  private static Supplier<String> describe(int seed, RandomGraph graph) {
    return () -> "seed " + seed + graph;
  }
}
