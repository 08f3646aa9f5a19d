package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the documents say about the operations is what the sealed hierarchy holds. */
class DocumentsTest {
  private static final Path SOURCES = Path.of("src/main/java/io/atelier/tensor");

  /** The Javadoc of a record and its name. */
  private static final Pattern RECORD =
      Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*record (\\w+)\\(", Pattern.DOTALL);

  /** Name, parameters and body of a public method. */
  private static final Pattern METHOD =
      Pattern.compile(
          "^  (?:default|public static) [\\w<>]+ (\\w+)\\(([^)]*)\\) \\{\n(.*?)^  \\}",
          Pattern.DOTALL | Pattern.MULTILINE);

  @ParameterizedTest
  @CsvSource({
    "ARCHITECTURE.md, stand in family files",
    "CONTRIBUTING.md, Open the family file in",
  })
  void theDocumentsNameEveryFamily(String document, String words) throws IOException {
    var text = Files.readString(Path.of("..", document));
    assertThat(text).contains(words);
    var item = text.substring(text.indexOf(words)).split("\n\\d\\. ", 2)[0];
    var named =
        Pattern.compile("`([A-Z]\\w+)`")
            .matcher(item)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(named).containsExactlyInAnyOrderElementsOf(families());
  }

  /** The files in which the operations stand. */
  private static List<String> families() {
    return Operations.records().stream()
        .map(record -> record.getDeclaringClass().getSimpleName())
        .distinct()
        .toList();
  }

  @Test
  void thePageOfOperationsIsThatOfTheHierarchy() throws IOException {
    var page = new StringBuilder();
    page.append(
        """
        # Operations

        Every primitive operation, a record in the file of its family. What a method is composed of
        several has no record and is not here. `DocumentsTest` compares this page with the sources.

        """);
    var tensor = Files.readString(SOURCES.resolve("Tensor.java"));
    for (var family : new TreeSet<>(families())) {
      var source = Files.readString(SOURCES.resolve(family + ".java"));
      page.append("## ").append(family).append("\n\n");
      page.append("| record | what | methods | samples | derivatives |\n|---|---|---|---|---|\n");
      RECORD.matcher(source).results().forEach(record -> page.append(row(record, source + tensor)));
      page.append('\n');
    }
    var text = page.toString().stripTrailing() + "\n";
    assertThat(Files.readString(Path.of("../docs/operations.md")))
        .as("docs/operations.md must be:%n%s%n", text)
        .isEqualTo(text);
  }

  @Test
  void thePageKnowsEveryRecord() throws IOException {
    var page = Files.readString(Path.of("../docs/operations.md"));
    assertThat(Operations.records())
        .allSatisfy(type -> assertThat(page).contains("| " + type.getSimpleName() + " |"));
  }

  private static String row(MatchResult record, String source) {
    var name = record.group(2);
    var type =
        Operations.records().stream()
            .filter(candidate -> candidate.getSimpleName().equals(name))
            .findFirst();
    if (type.isEmpty()) {
      return ""; // a record that is no operation
    }
    var what =
        record
            .group(1)
            .replaceAll("\n *\\* ?", " ")
            .replaceAll("</?p>", " ")
            .replaceAll("\\{@\\w+ ([^}]*)\\}", "`$1`")
            .replaceAll("\\s+", " ")
            .strip()
            .replace("|", "\\|");
    var samples = Operations.samples(type.get());
    return "| %s | %s | %s | %d | %s |%n"
        .formatted(name, what, methods(name, source), samples.size(), derivatives(name, samples));
  }

  /** The public methods that apply a record. */
  private static String methods(String record, String source) {
    return METHOD
        .matcher(source)
        .results()
        .filter(method -> method.group(3).matches("(?s).*\\b(new )?" + record + "[.(].*"))
        .map(method -> "`" + method.group(1) + "`")
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String derivatives(String record, List<Op.Sample> samples) {
    if (samples.stream().noneMatch(Operations::hasDerivative)) {
      return "none";
    }
    return SecondDerivativesTest.WITHOUT.contains(record) ? "first" : "all";
  }
}
