package io.atelier.formats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The dictionary in the header of an npy file, {@code {'descr': '<f4', 'fortran_order': False,
 * 'shape': (2, 3), }}: these three keys in any order and no other Python.
 */
record NpyDictionary(String descr, boolean fortranOrder, List<Long> shape) {
  /**
   * Reads the literal; nothing is evaluated.
   *
   * @throws FormatException if it is anything else
   */
  static NpyDictionary parse(String text, String file) {
    return new Parser(text, file).dictionary();
  }

  private record Shape(List<Long> sizes) {}

  /** A recursive descent through the text. */
  private static final class Parser {
    private final String text;
    private final String file;
    private int at;

    Parser(String text, String file) {
      this.text = text;
      this.file = file;
    }

    NpyDictionary dictionary() {
      var values = new HashMap<String, Object>();
      expect("{");
      while (!takes("}")) {
        member(values);
        if (!takes(",")) {
          expect("}");
          break;
        }
      }
      blanks();
      if (at < text.length()) {
        throw unexpected("the end");
      }
      if (values.get("descr") instanceof String descr
          && values.get("fortran_order") instanceof Boolean fortranOrder
          && values.get("shape") instanceof Shape(var sizes)) {
        return new NpyDictionary(descr, fortranOrder, sizes);
      }
      var missing = new ArrayList<>(List.of("descr", "fortran_order", "shape"));
      missing.removeAll(values.keySet());
      throw new FormatException(file, "its header lacks " + String.join(" and ", missing));
    }

    private void member(Map<String, Object> values) {
      var key = string();
      expect(":");
      Object value =
          switch (key) {
            case "descr" -> descr();
            case "fortran_order" -> truth();
            case "shape" -> shape();
            default -> throw new FormatException(file, "its header has the unknown key " + key);
          };
      if (values.put(key, value) != null) {
        throw new FormatException(file, "its header has the key " + key + " twice");
      }
    }

    private String descr() {
      blanks();
      if (text.startsWith("[", at) || text.startsWith("(", at)) {
        throw new FormatException(
            file, "its elements are records of several fields; only single numbers are read");
      }
      return string();
    }

    private boolean truth() {
      if (takes("True")) {
        return true;
      }
      expect("False");
      return false;
    }

    private Shape shape() {
      var sizes = new ArrayList<Long>();
      expect("(");
      while (!takes(")")) {
        sizes.add(number());
        if (!takes(",")) {
          if (sizes.size() == 1) { // (3) is a number to Python
            throw unexpected(",");
          }
          expect(")");
          break;
        }
      }
      return new Shape(List.copyOf(sizes));
    }

    private long number() {
      blanks();
      int from = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      if (from == at) {
        throw unexpected("a whole number from 0 on");
      }
      var digits = text.substring(from, at);
      try {
        return Long.parseLong(digits);
      } catch (NumberFormatException e) {
        throw new FormatException(file, "its shape has the size " + digits + ", beyond 64 bits");
      }
    }

    private String string() {
      blanks();
      char quote = at < text.length() ? text.charAt(at) : 0;
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) {
        throw unexpected("a string");
      }
      var content = text.substring(at + 1, end);
      if (content.contains("\\")) {
        throw unexpected("a string without escapes");
      }
      at = end + 1;
      return content;
    }

    private boolean takes(String token) {
      blanks();
      boolean found = text.startsWith(token, at);
      at += found ? token.length() : 0;
      return found;
    }

    private void expect(String token) {
      if (!takes(token)) {
        throw unexpected(token);
      }
    }

    private void blanks() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
        at++;
      }
    }

    private FormatException unexpected(String expected) {
      var found = at < text.length() ? "'" + text.charAt(at) + "'" : "its end";
      return new FormatException(
          file,
          "its header is no dictionary of descr, fortran_order and shape: expected %s at character %d, got %s"
              .formatted(expected, at, found));
    }
  }
}
