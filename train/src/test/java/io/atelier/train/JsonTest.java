package io.atelier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTest {
  enum Kind {
    ROUND,
    FLAT;

    @Override
    public String toString() {
      return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }
  }

  record Thing(
      String name, Kind kind, int count, long seed, double rate, boolean done, List<String> tags) {}

  private static final Thing THING =
      new Thing("a \"b\"\n\u00E9", Kind.FLAT, -3, 1L << 60, 0.1, true, List.of("x", "y"));

  private static final String LINE =
      "{\"name\":\"a \\\"b\\\"\\n\u00E9\",\"kind\":\"Flat\",\"count\":-3,"
          + "\"seed\":1152921504606846976,\"rate\":0.1,\"done\":true,\"tags\":[\"x\",\"y\"]}";

  @Test
  void aRecordIsAnObjectOfItsComponents() {
    assertThat(Json.line(THING)).isEqualTo(LINE);
    assertThat(Json.indented(THING))
        .isEqualToNormalizingNewlines(
            """
            {
              "name" : "a \\"b\\"\\n\u00E9",
              "kind" : "Flat",
              "count" : -3,
              "seed" : 1152921504606846976,
              "rate" : 0.1,
              "done" : true,
              "tags" : [ "x", "y" ]
            }\
            """);
    assertThat(Json.line(Map.of("loss", Double.NaN))).isEqualTo("{\"loss\":\"NaN\"}");
  }

  @Test
  void aRecordIsReadBack() {
    assertThat(Json.read(LINE, Thing.class)).isEqualTo(THING);
    assertThat(Json.read(Json.indented(THING), Thing.class)).isEqualTo(THING);
    var random = new Random(7);
    for (int i = 0; i < 1000; i++) {
      var progress =
          new Progress(
              random.nextInt(),
              random.nextInt(),
              random.nextLong(),
              random.nextGaussian() * 1e9,
              random.nextLong(),
              random.nextDouble(),
              random.nextInt(),
              random.nextBoolean());
      assertThat(Json.read(Json.line(progress), Progress.class)).isEqualTo(progress);
    }
  }

  @Test
  void aConfigurationIsReadBackWithItsShapes() {
    var config =
        Config.of("mnist", Shape.of(1, 28, 28), 10, "cnn").optimizer(OptimizerKind.RADAM).clip(2);
    assertThat(config.optimizer()).isEqualTo(OptimizerKind.RADAM);
    assertThat(config.clip()).isEqualTo(2);
    assertThat(Json.line(config)).contains("\"image\":[1,28,28]");
    assertThat(Json.read(Json.indented(config), Config.class)).isEqualTo(config);
    assertThatThrownBy(() ->
            Json.read(Json.line(config).replace("\"image\":[1,", "\"image\":[-1,"), Config.class))
        .hasMessage("image cannot be [-1,28,28]");
  }

  @Test
  void everythingThatDoesNotFitIsNamed() {
    refuses(
        LINE.replace("-3", "3000000000")
            .replace("Flat", "Square")
            .replace("\"done\":true", "\"dome\":[{},1.5]"),
        "kind cannot be \"Square\"; count cannot be 3000000000; done is missing; dome is unknown");
    refuses("{\"name\":1,\"name\":2}", "name stands there twice");
    refuses("{\"name\":null}", "it has the value null");
    refuses("[]", "it must be an object");
    refuses("", "it must be an object");
    refuses("{} {}", "it goes on after its end");
    assertThatThrownBy(() -> Json.object("{\"step\":1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Unexpected end-of-input");
  }

  private static void refuses(String text, String sentence) {
    assertThatThrownBy(() -> Json.read(text, Thing.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }
}
