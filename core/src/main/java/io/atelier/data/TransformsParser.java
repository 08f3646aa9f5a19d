package io.atelier.data;

import io.atelier.data.Geometry.Flip;
import io.atelier.nn.SyntaxException;
import java.util.ArrayList;

/** Reads {@link Transforms} from left to right. Thread-confined. */
final class TransformsParser {
  private static final String KNOWN =
      "fliph, flipv, rotate, shift, scale, shear, brightness, contrast, saturation, noise, cutout,"
          + " randomcrop, crop, resize, invert, normalize, mixup";

  private final String text;
  private int at;

  TransformsParser(String text) {
    this.text = text;
  }

  Transforms parse() {
    var steps = new ArrayList<Transform>();
    var result = Transforms.of();
    while (at < text.length()) {
      if (result.mixUp().isPresent()) {
        throw error(at - 1, "mixup works on the whole batch: it comes last");
      }
      int from = at;
      String name = name();
      try {
        if (name.equals("mixup")) {
          result = result.mixingUp(new MixUp(number()));
        } else {
          steps.add(step(name, from));
        }
        result = new Transforms(steps, result.mixUp());
      } catch (IllegalArgumentException refused) {
        throw error(from, String.valueOf(refused.getMessage()));
      }
      int end = at;
      if (end < text.length() && (!accept(',') || at == text.length())) {
        throw error(
            at, "expected a comma and another transform after " + text.substring(from, end));
      }
    }
    return result;
  }

  private Transform step(String name, int from) {
    return switch (name) {
      case "fliph" -> Flip.HORIZONTALLY;
      case "flipv" -> Flip.VERTICALLY;
      case "rotate" -> new Geometry.Rotate(number());
      case "shift" -> new Geometry.Shift(whole());
      case "scale" -> new Geometry.Scale(number());
      case "shear" -> new Geometry.Shear(number());
      case "brightness" -> new Colour.Brightness(number());
      case "contrast" -> new Colour.Contrast(number());
      case "saturation" -> new Colour.Saturation(number());
      case "noise" -> new Noise(number());
      case "cutout" -> new CutOut(whole());
      case "crop" -> {
        int height = whole();
        yield new Crop(height, accept('x') ? whole() : height);
      }
      case "resize" -> {
        int height = whole();
        yield new Resize(height, accept('x') ? whole() : height);
      }
      case "randomcrop" -> {
        int height = whole();
        int width = accept('x') ? whole() : height;
        yield new RandomCrop(height, width, accept(':') ? whole() : 0);
      }
      case "invert" -> new Invert();
      case "normalize" -> normalize();
      default -> throw error(from, "unknown transform " + name + "; known are " + KNOWN);
    };
  }

  private Normalize normalize() {
    if (at == text.length() || text.charAt(at) == ',') {
      return Normalize.measured();
    }
    var mean = new ArrayList<Double>();
    var deviation = new ArrayList<Double>();
    do {
      mean.add(number());
      if (!accept('/')) {
        throw error(at, "expected a mean, / and a deviation, as in normalize0.1307/0.3081");
      }
      deviation.add(number());
    } while (accept(':'));
    return new Normalize(mean, deviation);
  }

  private boolean accept(char wanted) {
    boolean found = at < text.length() && text.charAt(at) == wanted;
    at += found ? 1 : 0;
    return found;
  }

  private String name() {
    int from = at;
    while (at < text.length() && text.charAt(at) >= 'a' && text.charAt(at) <= 'z') {
      at++;
    }
    if (at == from) {
      throw error(from, "expected a transform, as in shift2,rotate10,normalize");
    }
    return text.substring(from, at);
  }

  private int whole() {
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == from || at - from > 9) {
      throw error(from, "expected a whole number below 1,000,000,000");
    }
    return Integer.parseInt(text.substring(from, at));
  }

  private double number() {
    int from = at;
    while (at < text.length() && "0123456789.-E".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    try {
      return Double.parseDouble(text.substring(from, at));
    } catch (NumberFormatException _) {
      throw error(from, "expected a number");
    }
  }

  private SyntaxException error(int place, String problem) {
    return new SyntaxException(text, place, problem);
  }
}
