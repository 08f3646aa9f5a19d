package io.atelier.formats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What is in a file of tensors or in a table. Immutable.
 *
 * @param kind found by the first bytes of the file, whatever it is called; CSV, which has no first
 *     bytes of its own, by a name that ends in {@code .csv}
 * @param items in the order of the file
 * @param metadata free text by name in alphabetical order, often empty
 */
public record Contents(Kind kind, List<Item> items, Map<String, String> metadata) {
  /** Larger tensors are described by their header alone. */
  private static final long MOST_ELEMENTS = 1 << 24;

  /** The formats that are told apart. */
  public enum Kind {
    /** See {@link Safetensors}. */
    SAFETENSORS("safetensors"),
    /** See {@link Npy}. */
    NPY("NumPy .npy"),
    /** See {@link Npz}. */
    NPZ("NumPy .npz"),
    /** See {@link Idx}. */
    IDX("IDX"),
    /** See {@link Idx}. */
    COMPRESSED_IDX("IDX, compressed by gzip"),
    /** See {@link Csv}; its items are the columns. */
    CSV("CSV");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    /** What a person calls it. */
    public String title() {
      return title;
    }
  }

  /**
   * One tensor, or one column of a table.
   *
   * @param name empty if the format gives none
   * @param type of the elements, as the format calls it; a column is of numbers or of texts
   * @param bytes that its elements take in the file, or took before they were compressed
   * @param statistics of its elements; absent for more than 16,777,216 elements, and for none
   * @param remarks on a column: what is missing, and where a text stands among numbers
   */
  public record Item(
      String name,
      String type,
      Shape shape,
      long bytes,
      Optional<Statistics> statistics,
      List<String> remarks) {
    /** Copies the remarks. */
    public Item {
      remarks = List.copyOf(remarks);
    }
  }

  /**
   * The numbers at a glance; true counts as 1.
   *
   * @param minimum the least of the finite ones, infinite if there is none
   * @param mean of the finite ones, NaN if there is none
   * @param maximum the greatest of the finite ones, infinite if there is none
   * @param notFinite how many are NaN or infinite
   */
  public record Statistics(double minimum, double mean, double maximum, long notFinite) {
    static Statistics of(Tensor tensor) {
      return switch (tensor.elementType()) {
        case DOUBLE -> of(tensor.toDoubles());
        case FLOAT -> {
          float[] values = tensor.toFloats();
          double[] wide = new double[values.length];
          Arrays.setAll(wide, i -> values[i]);
          yield of(wide);
        }
        case INT -> of(Arrays.stream(tensor.toInts()).asDoubleStream().toArray());
        case LONG -> of(Arrays.stream(tensor.toLongs()).asDoubleStream().toArray());
        case BOOL -> {
          boolean[] values = tensor.toBooleans();
          double[] wide = new double[values.length];
          Arrays.setAll(wide, i -> values[i] ? 1 : 0);
          yield of(wide);
        }
      };
    }

    private static Statistics of(double[] values) {
      double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
      double sum = 0;
      double minimum = Double.POSITIVE_INFINITY;
      double maximum = Double.NEGATIVE_INFINITY;
      for (double value : finite) {
        sum += value;
        minimum = Math.min(minimum, value);
        maximum = Math.max(maximum, value);
      }
      return new Statistics(
          minimum, sum / finite.length, maximum, values.length - (long) finite.length);
    }
  }

  /** Copies items and metadata. */
  public Contents {
    items = List.copyOf(items);
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  /**
   * Looks into a file, one tensor in memory at a time.
   *
   * @throws FormatException with all that is wrong with the file, or if it is of none of the kinds
   * @throws java.io.UncheckedIOException if it cannot be read; the message begins with the path
   */
  public static Contents of(Path path) {
    return Source.open(path, Contents::of);
  }

  static Contents of(Source source) throws IOException {
    var kind = kind(source);
    return switch (kind) {
      case SAFETENSORS -> ofSafetensors(source);
      case NPY -> new Contents(kind, List.of(ofNpy(source)), Map.of());
      case NPZ -> new Contents(kind, ofNpz(source), Map.of());
      case IDX, COMPRESSED_IDX -> new Contents(kind, List.of(ofIdx(source)), Map.of());
      case CSV -> new Contents(kind, ofCsv(source), Map.of());
    };
  }

  /** Asks the most specific question first: the length of a JSON header may begin with zeros. */
  private static Kind kind(Source source) throws IOException {
    byte[] bytes = source.bytes(0, (int) Math.min(source.size(), 9)).array();
    var text = new String(bytes, ISO_8859_1);
    if (bytes.length == 9 && bytes[8] == '{' && text.startsWith("\0\0\0\0", 4)) {
      return Kind.SAFETENSORS;
    }
    if (text.startsWith("\u0093NUMPY")) {
      return Kind.NPY;
    }
    if (text.startsWith("PK\u0003\u0004") || text.startsWith("PK\u0005\u0006")) {
      return Kind.NPZ;
    }
    if (text.startsWith("\u001f\u008b")) {
      return Kind.COMPRESSED_IDX;
    }
    if (bytes.length >= 4 && text.startsWith("\0\0") && isIdxType(bytes[2]) && bytes[3] != 0) {
      return Kind.IDX;
    }
    if (source.name().toLowerCase(Locale.ROOT).endsWith(".csv")) {
      return Kind.CSV;
    }
    throw new FormatException(
        source.name(),
        "unknown kind of file: it %s; safetensors, NumPy .npy and .npz, IDX, plain or compressed by gzip, and .csv are read"
            .formatted(
                bytes.length == 0
                    ? "is empty"
                    : "begins with the bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes)));
  }

  private static boolean isIdxType(byte type) {
    return type == 8 || type == 9 || (type >= 11 && type <= 14);
  }

  private static Contents ofSafetensors(Source source) throws IOException {
    var header = SafetensorsHeader.read(source);
    var items = new ArrayList<Item>();
    var problems = new Problems(source.name());
    for (var entry : header.entries()) {
      try {
        var elements = entry.elements();
        items.add(
            item(
                entry.name(),
                elements.dtype().name(),
                elements,
                () -> header.tensor(entry, source)));
      } catch (FormatException e) {
        problems.add("", e);
      }
    }
    problems.throwIfAny();
    return new Contents(Kind.SAFETENSORS, items, header.metadata());
  }

  private static Item ofNpy(Source source) throws IOException {
    var header = NpyHeader.read(source.stream(0, source.size()), source.size(), source.name());
    return item("", header.type(), header.elements(), () -> Npy.read(source).tensor());
  }

  private static List<Item> ofNpz(Source source) throws IOException {
    var items = new ArrayList<Item>();
    var problems = new Problems(source.name());
    for (var entry : ZipDirectory.read(source).entries()) {
      try {
        var name = Npz.name(entry, source.name());
        var array = Npz.array(entry, source);
        items.add(item(name, array.header().type(), array.header().elements(), array::tensor));
      } catch (FormatException e) {
        problems.add("entry " + entry.name() + ": ", e);
      }
    }
    problems.throwIfAny();
    return items;
  }

  private static List<Item> ofCsv(Source source) throws IOException {
    var table = Csv.read(source);
    return IntStream.range(0, table.columns().size()).mapToObj(at -> column(table, at)).toList();
  }

  private static Item column(Csv table, int at) {
    int rows = table.rows();
    int missing = (int) IntStream.range(0, rows).filter(row -> table.isMissing(row, at)).count();
    int[] numbers = IntStream.range(0, rows).filter(row -> table.isNumber(row, at)).toArray();
    var texts =
        IntStream.range(0, rows)
            .filter(row -> !table.isMissing(row, at) && !table.isNumber(row, at));
    int firstText = texts.findFirst().orElse(rows);
    boolean isText = firstText < rows;

    var remarks = new ArrayList<String>();
    if (missing > 0) {
      remarks.add("%d missing".formatted(missing));
    }
    if (isText && numbers.length > 0) {
      remarks.add(
          "%d of %d are numbers; line %d holds %s"
              .formatted(
                  numbers.length,
                  rows - missing,
                  table.line(firstText),
                  table.quote(firstText, at)));
    }
    var statistics =
        isText || numbers.length == 0 || numbers.length > MOST_ELEMENTS
            ? Optional.<Statistics>empty()
            : Optional.of(
                Statistics.of(
                    Arrays.stream(numbers)
                        .mapToDouble(row -> Double.parseDouble(table.text(row, at)))
                        .toArray()));
    return new Item(
        table.columns().get(at),
        isText ? "text" : numbers.length > 0 ? "number" : "empty",
        Shape.of(rows),
        IntStream.range(0, rows).mapToLong(row -> table.text(row, at).getBytes(UTF_8).length).sum(),
        statistics,
        remarks);
  }

  private static Item ofIdx(Source source) throws IOException {
    var idx = Idx.read(source);
    long[] sizes = new long[idx.rank()];
    Arrays.setAll(sizes, idx::size);
    try {
      Elements.count(sizes, Dtype.U8);
    } catch (ArithmeticException e) {
      throw new FormatException(source.name(), idx + " is more than can be counted");
    }
    var elements = Elements.of(Dtype.U8, Elements.shape(sizes));
    return item(
        "",
        "unsigned byte",
        elements,
        () -> {
          int[] values = new int[idx.values().length];
          Arrays.setAll(values, i -> idx.values()[i] & 0xff);
          return Tensor.of(values, values.length);
        });
  }

  /** Gives a tensor if its numbers are wanted. */
  @FunctionalInterface
  private interface Numbers {
    Tensor read() throws IOException;
  }

  private static Item item(String name, String type, Elements elements, Numbers numbers)
      throws IOException {
    long count = elements.shape().count();
    boolean isLooked = count > 0 && count <= MOST_ELEMENTS;
    var statistics =
        isLooked ? Optional.of(Statistics.of(numbers.read())) : Optional.<Statistics>empty();
    return new Item(name, type, elements.shape(), elements.length(), statistics, List.of());
  }
}
