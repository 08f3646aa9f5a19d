package io.atelier.nn;

import io.atelier.tensor.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the line of an {@link Architecture} from left to right. */
final class ArchitectureParser {
  /** The most units or channels that a layer may have. */
  private static final int LARGEST = 1_000_000_000;

  private static final String ITEMS =
      "a number of units, conv, pool, avgpool, gap, bn, ln, in, dropout, flatten or an activation";

  private static final String OPTIONS =
      "known are sN stride, pN padding, same, dN dilation and, of conv, gN groups";

  /** How a convolution without bias ends. */
  static final String UNBIASED = "nobias";

  /** In place of a padding: as much as keeps the size. */
  private static final int SAME = -1;

  private final String text;
  private final List<Architecture.Item> items = new ArrayList<>();
  private int at;

  ArchitectureParser(String text) {
    this.text = text;
  }

  Architecture parse() {
    skipSeparators();
    var inputs = OptionalInt.empty();
    if (isDigit()) {
      inputs = OptionalInt.of(number("the number of inputs"));
      if (isLetter()) {
        throw error(
            at,
            "the number at the beginning counts the inputs and has no activation; a line that"
                + " begins with flatten takes them from the data");
      }
    } else if (at == text.length()) {
      throw error(at, "expected the number of inputs, or a layer");
    } else {
      item();
    }
    while (separator()) {
      item();
    }
    if (at < text.length()) {
      throw error(at, "expected - or a blank before this");
    }
    if (items.stream().noneMatch(item -> item instanceof Dense || item instanceof Filters)) {
      throw error(
          at,
          inputs.isPresent()
              ? "a network needs at least one layer after its inputs, as in 784-10"
              : "a network needs at least one layer with weights, as in flatten-10");
    }
    return new Architecture(inputs, items);
  }

  private void item() {
    if (isDigit()) {
      items.add(Dense.of(number(ITEMS)));
      activationBehind();
      return;
    }
    int from = at;
    switch (word()) {
      case "conv" -> {
        items.add(filters());
        activationBehind();
      }
      case "pool" -> items.add(MaxPool.of(pooling("pool")));
      case "avgpool" -> items.add(AveragePool.of(pooling("avgpool")));
      case "gap" -> items.add(new GlobalAveragePool());
      case "bn" -> items.add(Norm.BATCH);
      case "ln" -> items.add(Norm.LAYER);
      case "in" -> items.add(Norm.INSTANCE);
      case "dropout" -> items.add(new Dropout(probability()));
      case "flatten" -> items.add(new Flatten());
      case "" -> throw error(from, "expected " + ITEMS);
      case String word -> items.add(activation(from, word));
    }
  }

  /** The activation that follows a layer without a space, if one does. */
  private void activationBehind() {
    int from = at;
    var word = word();
    if (!word.isEmpty()) {
      items.add(activation(from, word));
    }
  }

  private Activation activation(int from, String word) {
    for (var activation : Activation.values()) {
      if (activation.toString().equals(word)) {
        return activation;
      }
    }
    var name = text.substring(from, at);
    boolean behind = from > 0 && isDigitOrLetter(text.charAt(from - 1));
    String known =
        Stream.of(Activation.values()).map(Activation::toString).collect(Collectors.joining(", "));
    throw error(
        from,
        behind
            ? "unknown activation " + name + "; known are " + known
            : "unknown layer " + name + "; expected " + ITEMS + " (" + known + ")");
  }

  /** {@code 32x3s2p1}, what follows {@code conv}. */
  private Filters filters() {
    int from = at;
    int channels = number("the number of channels, as in conv32x3");
    if (at == text.length() || text.charAt(at) != 'x') {
      throw error(at, "expected x and the size of the window, as in conv32x3");
    }
    at++;
    var window = Window.of(number("the size of the window, as in conv32x3"));
    var options = options("conv", "spdg");
    int groups = options.getOrDefault('g', 1);
    if (channels % groups != 0) {
      throw error(from, "the channels must be divisible by the groups (" + groups + ")");
    }
    var filters = Filters.of(channels, window(window, options, 1)).groups(groups);
    boolean isUnbiased = text.regionMatches(true, at, UNBIASED, 0, UNBIASED.length());
    at += isUnbiased ? UNBIASED.length() : 0;
    return isUnbiased ? filters.unbiased() : filters;
  }

  /** {@code 3s2p1}, what follows {@code pool}: the stride is the size by default. */
  private Window pooling(String name) {
    int size = number("the size of the window, as in " + name + "2");
    return window(Window.of(size), options(name, "spd"), size);
  }

  private static Window window(Window window, Map<Character, Integer> options, int stride) {
    var moved =
        window.stride(options.getOrDefault('s', stride)).dilation(options.getOrDefault('d', 1));
    int padding = options.getOrDefault('p', 0);
    return padding == SAME ? moved.same() : moved.padding(padding);
  }

  /** Letters with their numbers, {@code s2p1}, each at most once. */
  private Map<Character, Integer> options(String layer, String letters) {
    var options = new HashMap<Character, Integer>();
    while (isLetter()) {
      int from = at;
      char letter = Character.toLowerCase(text.charAt(at));
      int value;
      if (text.regionMatches(true, at, "same", 0, 4)) {
        at += 4;
        letter = 'p';
        value = SAME;
      } else if (at + 1 < text.length() && isDigit(text.charAt(at + 1))) {
        if (letters.indexOf(letter) < 0) {
          throw error(from, "unknown option " + text.charAt(at) + " of " + layer + "; " + OPTIONS);
        }
        at++;
        value = letter == 'p' && text.charAt(at) == '0' ? zero() : number("a number");
      } else {
        break; // an activation
      }
      if (options.put(letter, value) != null) {
        throw error(from, layer + " has this option twice");
      }
    }
    return options;
  }

  private int zero() {
    at++;
    return 0;
  }

  /** Whether another item follows; moves to its beginning. */
  private boolean separator() {
    int before = at;
    skipSeparators();
    if (at == text.length()) {
      if (at > before && text.charAt(at - 1) == '-') {
        throw error(at, "expected another layer after the last -");
      }
      return false;
    }
    return at > before;
  }

  private void skipSeparators() {
    while (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == ' ')) {
      at++;
    }
  }

  private int number(String what) {
    int from = at;
    while (isDigit()) {
      at++;
    }
    if (at == from) {
      throw error(from, "expected " + what);
    }
    String digits = text.substring(from, at);
    long value = digits.length() > 10 ? Long.MAX_VALUE : Long.parseLong(digits);
    if (value < 1 || value > LARGEST) {
      throw error(from, "expected a number from 1 to 1,000,000,000");
    }
    return (int) value;
  }

  private double probability() {
    int from = at;
    while (isDigit() || (at < text.length() && text.charAt(at) == '.')) {
      at++;
    }
    try {
      double value = Double.parseDouble(text.substring(from, at));
      if (value < 1) {
        return value;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw error(from, "expected a probability of at least 0 and below 1, as in dropout0.5");
  }

  /** The letters from here on, in small; moves behind them. */
  private String word() {
    int from = at;
    while (isLetter()) {
      at++;
    }
    return text.substring(from, at).toLowerCase(Locale.ROOT);
  }

  private boolean isLetter() {
    return at < text.length() && Character.isLetter(text.charAt(at));
  }

  private boolean isDigit() {
    return at < text.length() && isDigit(text.charAt(at));
  }

  private static boolean isDigit(char character) {
    return character >= '0' && character <= '9';
  }

  private static boolean isDigitOrLetter(char character) {
    return isDigit(character) || Character.isLetter(character);
  }

  private SyntaxException error(int place, String problem) {
    return new SyntaxException(text, place, problem);
  }
}
