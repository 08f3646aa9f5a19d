package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Runs the examples of the package's own page, which stand here word for word. */
class PackageInfoTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("<pre>\\{@code\n(.*?) \\* \\}</pre>", Pattern.DOTALL);

  private final Parameter w = Parameter.of(Tensor.of(new float[] {1, 2}, 2));
  private final Rng rng = Rng.of(0);

  @Test
  void theExamplesOfThePageAreThoseThatRunHere() throws IOException {
    var page = Files.readString(Path.of("src/main/java/io/atelier/tensor/package-info.java"));
    var source =
        dedented(Files.readString(Path.of("src/test/java/io/atelier/tensor/PackageInfoTest.java")));
    var examples =
        EXAMPLE
            .matcher(page)
            .results()
            .map(example -> dedented(example.group(1).replaceAll("(?m)^ \\* ?", "")))
            .toList();
    assertThat(examples).hasSize(7).allSatisfy(example -> assertThat(source).contains(example));
  }

  /** Without the spaces at the beginning of lines. */
  private static String dedented(String code) {
    return code.replaceAll("(?m)^ +", "");
  }

  @Test
  void derivativesOfParameters() {
    var w = Parameter.of(Tensor.of(new float[] {1, 2}, 2));
    var loss = w.value().times(w.value()).sum(); // w . w = 5
    var gradients = loss.backward();
    var slope = gradients.of(w); // {2, 4}
    assertThat(loss.item()).isEqualTo(5);
    assertThat(slope.toFloats()).containsExactly(2, 4);
  }

  @Test
  void broadcasting() {
    var rows = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    var row = Tensor.of(new float[] {10, 20, 30}, 3);
    var column = Tensor.of(new float[] {100, 200}, 2, 1);
    var sum = rows.plus(row).plus(column); // {111, 122, 133, 214, 225, 236}
    assertThat(sum.toFloats()).containsExactly(111, 122, 133, 214, 225, 236);

    var centred = rows.minus(rows.mean(Axes.of(1).kept())); // [2, 3] - [2, 1]
    assertThat(centred.toFloats()).containsExactly(-1, 0, 1, -1, 0, 1);
  }

  @Test
  void derivativesOfDerivatives() {
    var x = Tensor.of(new double[] {3}, 1).tracked();
    var y = x.squared().plus(x); // x is read twice: the derivatives of both uses add up
    var first = y.sum().recordedBackward(Tensor.of(new double[] {1})).of(x); // 2 x + 1 = 7
    var second = first.sum().backward().of(x); // 2
    assertThat(first.item()).isEqualTo(7);
    assertThat(second.item()).isEqualTo(2);
  }

  @Test
  void steps() {
    Tensor kept;
    try (var _ = Step.training(rng)) {
      var value = w.value().times(3).sum(); // 9
      kept = value.kept(); // outlives the step; value does not
    }
    assertThat(kept.item()).isEqualTo(9);
  }

  @Test
  void randomNumbers() {
    var drawn = Parameter.create(Shape.of(2, 3), Initializer.uniform(1), Rng.of(42));
    var equal = Parameter.create(Shape.of(2, 3), Initializer.uniform(1), Rng.of(42));
    var other = Parameter.create(Shape.of(2, 3), Initializer.uniform(1), Rng.of(43));
    assertThat(drawn.value().toFloats())
        .isEqualTo(equal.value().toFloats())
        .isNotEqualTo(other.value().toFloats());
  }

  record Cube() implements CustomOp {
    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      return inputs[0].map(v -> v * v * v);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream().times(chain.input(0).squared()).times(3));
    }
  }

  @Test
  void operationsOfOnesOwn() {
    GradCheck.verify(
        inputs -> new Cube().apply(inputs.getFirst()), Tensor.of(new double[] {0.5, -1.25}, 2));
  }
}
