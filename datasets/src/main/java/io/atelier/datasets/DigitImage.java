package io.atelier.datasets;

import io.atelier.formats.FormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A digit taken from a picture of any size and prepared as MNIST prepared its own: 28 x 28 pixels,
 * bright ink on black.
 *
 * <pre>{@code
 * var digit = DigitImage.read(Path.of("seven.jpg"));
 * byte[] pixels = digit.pixels(); // 784 unsigned bytes, row by row
 * }</pre>
 *
 * <p>The steps, each of which is one method below:
 *
 * <ol>
 *   <li>The file is decoded, laid on an opaque ground, set upright and made grey; a large picture
 *       is reduced to 1,000 pixels on its longer side.
 *   <li>Is the ink dark or light? Ink is what there is less of where shades differ; dark ink is
 *       inverted.
 *   <li>The ground is found from its surroundings, so that shadows and a lamp to one side do no
 *       harm, and subtracted.
 *   <li>Specks go, and so does what touches the edge of the picture (a frame, the end of the paper)
 *       if the digit does not.
 *   <li>Strokes thinner than a tenth of the digit's longer side, thinner than MNIST's, are
 *       thickened to that.
 *   <li>The ink's bounding box is scaled, its aspect kept, to 20 pixels on its longer side. A pixel
 *       is the mean of the area that it covers; the brightest one becomes 255.
 *   <li>Its centre of mass is moved, by whole pixels, to pixel (14, 14), counted from 0.
 * </ol>
 *
 * <p>A picture of 28 x 28 pixels that already is so, because it comes from MNIST, is returned byte
 * for byte. All sums are of integers, so a picture gives the same bytes on every machine that
 * decodes it equally.
 *
 * <p>One digit a picture: two are taken for one. The ink must differ from the ground in brightness,
 * not only in hue, be thinner than a third of the picture, and have some ground on all sides. Lines
 * of ruled paper that cross the digit are taken for ink.
 *
 * <p>Immutable. Source: LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to
 * document recognition", III.A; the sizes were measured on the 60,000 training digits.
 */
public final class DigitImage {
  /** Rows and columns of the result. */
  public static final int SIZE = 28;

  /** How the digit stood in its picture. */
  public enum Ink {
    DARK_ON_LIGHT,
    LIGHT_ON_DARK
  }

  private static final int BOX = 20; // the longer side of a MNIST digit
  private static final int CENTRE = 14; // the pixel in which its centre of mass lies
  private static final int FINE_SIDE = 1000; // of a picture at work; 5 mm on A4 are 17 pixels
  private static final int COARSE_SIDE = 64; // of the picture in which the ground is looked for
  private static final int VISIBLE = 8; // a difference of shades that an eye can see

  private final Ink ink;
  private final byte[] pixels;

  private DigitImage(Ink ink, byte[] pixels) {
    this.ink = ink;
    this.pixels = pixels;
  }

  /**
   * Reads a picture of one digit from a PNG or JPEG file.
   *
   * @throws FormatException if the content is not a whole PNG or JPEG picture, has more than 64
   *     million pixels (nothing is decoded then) or shows no ink
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static DigitImage read(Path file) {
    return prepared(GreyPicture.read(file))
        .orElseThrow(() ->
            new FormatException(
                file.toString(), "no digit to be seen: nothing stands out from the ground"));
  }

  /** How the digit stood in its picture. */
  public Ink ink() {
    return ink;
  }

  /** A copy of the 784 pixels, row by row, as unsigned bytes: 0 is the ground, 255 full ink. */
  public byte[] pixels() {
    return pixels.clone();
  }

  /** The steps after decoding; empty if there is no ink. */
  private static Optional<DigitImage> prepared(GreyPicture original) {
    var picture = original.reducedTo(FINE_SIDE);
    var ink = inkOf(picture);
    var bright = ink == Ink.LIGHT_ON_DARK ? picture : picture.inverted();
    if (isPrepared(bright)) {
      return Optional.of(new DigitImage(ink, bright.shades));
    }
    var strokes = strokes(aboveGround(bright));
    if (strokes.brightest() == 0) {
      return Optional.empty();
    }
    var box = withFullContrast(thickened(strokes).trimmed().fitted(BOX));
    return Optional.of(new DigitImage(ink, centred(box).shades));
  }

  /**
   * Compares each pixel with the middle between the brightest and the darkest around it. Where ink
   * and ground meet there is more ground, so the sum leans to its side; elsewhere, and across a
   * shadow's edge, the terms are small or cancel.
   */
  private static Ink inkOf(GreyPicture picture) {
    var coarse = picture.reducedTo(COARSE_SIDE);
    var most = coarse.dilated(reach(coarse));
    var least = coarse.eroded(reach(coarse));
    long lean = 0;
    for (int i = 0; i < coarse.shades.length; i++) {
      lean += 2 * coarse.at(i) - most.at(i) - least.at(i);
    }
    return lean >= 0 ? Ink.DARK_ON_LIGHT : Ink.LIGHT_ON_DARK;
  }

  /** How far to look around a pixel to be sure to see some ground: a sixth of the picture. */
  private static int reach(GreyPicture picture) {
    return (picture.longerSide() + 5) / 6;
  }

  /** Whether a picture, bright on dark, is a digit in MNIST's own size and place. */
  private static boolean isPrepared(GreyPicture bright) {
    if (bright.width != SIZE || bright.height != SIZE || bright.brightest() == 0) {
      return false;
    }
    var box = bright.trimmed();
    int longer = box.longerSide();
    // 13 of the 60,000 training digits have 19 pixels, all others 20
    return longer >= BOX - 1
        && longer <= BOX
        && centreOfMass(bright).equals(new Pixel(CENTRE, CENTRE));
  }

  /**
   * Takes the ground and its noise away from a picture with bright ink: all but the ink is black.
   */
  private static GreyPicture aboveGround(GreyPicture bright) {
    var ground = ground(bright.reducedTo(COARSE_SIDE)).scaled(bright.width, bright.height);
    var heights = new int[bright.shades.length];
    var counts = new long[511];
    for (int i = 0; i < heights.length; i++) {
      heights[i] = bright.at(i) - ground.at(i) + 255;
      counts[heights[i]]++;
    }
    // The ink is at the upper end. From 5 % to 30 % is ground, and one standard deviation of noise.
    int level = GreyPicture.quantile(counts, 30);
    int deviation = level - GreyPicture.quantile(counts, 5);
    int noise = Math.max(VISIBLE, deviation * 9 / 2);
    var ink = new byte[heights.length];
    for (int i = 0; i < heights.length; i++) {
      int height = heights[i] - level;
      ink[i] = (byte) (height > noise ? Math.min(height, 255) : 0);
    }
    return new GreyPicture(bright.width, bright.height, ink);
  }

  /**
   * The picture without its ink: its morphological opening, in which all that is bright and
   * narrower than the window has vanished, while slopes and steps of the light have stayed.
   *
   * <p>At the edge, where half of the window is missing, a slope stays only if the picture is
   * continued, and ink that touches the edge vanishes only if it is not: so a large difference
   * between the two is taken for ink.
   */
  private static GreyPicture ground(GreyPicture bright) {
    int reach = reach(bright);
    var opened = bright.eroded(reach).dilated(reach);
    var continued =
        bright
            .window(-reach, -reach, bright.width + 2 * reach, bright.height + 2 * reach)
            .eroded(reach)
            .dilated(reach)
            .window(reach, reach, bright.width, bright.height);
    int large = (bright.brightest() - bright.darkest()) / 3;
    var ground = new byte[bright.shades.length];
    for (int i = 0; i < ground.length; i++) {
      boolean ink = continued.at(i) - opened.at(i) > large;
      ground[i] = ink ? opened.shades[i] : continued.shades[i];
    }
    return new GreyPicture(bright.width, bright.height, ground);
  }

  /**
   * The pieces of ink that make up the digit, its usual brightness raised to 255; all else is
   * black.
   */
  private static GreyPicture strokes(GreyPicture ink) {
    var counts = new long[256];
    for (int i = 0; i < ink.shades.length; i++) {
      counts[ink.at(i)] += ink.at(i) > 0 ? 1 : 0;
    }
    // below it are edges, half ink and half ground
    int usual = Math.max(1, GreyPicture.quantile(counts, 75));
    var pieces = pieces(ink, usual / 12, usual / 2);
    int longest = 0;
    int longestInside = 0;
    for (var piece : pieces) {
      longest = Math.max(longest, piece.length());
      longestInside = piece.atEdge() ? longestInside : Math.max(longestInside, piece.length());
    }
    boolean digitIsInside = longestInside * 8 >= longest;
    int digit = digitIsInside ? longestInside : longest;
    int speck = Math.max(digit / 8, Math.max(3, ink.longerSide() / 100));
    var strokes = new byte[ink.shades.length];
    for (var piece : pieces) {
      if (piece.length() > speck && !(digitIsInside && piece.atEdge())) {
        for (int pixel : piece.pixels()) {
          strokes[pixel] = (byte) Math.min(255, ink.at(pixel) * 255 / usual);
        }
      }
    }
    return new GreyPicture(ink.width, ink.height, strokes);
  }

  /**
   * Ink that hangs together: where its pixels are, how far it reaches, and whether to the edge of
   * the picture.
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Piece(int[] pixels, int length, boolean atEdge) {}

  /**
   * Pixels above {@code weak} that touch, if only at corners, where one of them at least is above
   * {@code strong}.
   */
  private static List<Piece> pieces(GreyPicture ink, int weak, int strong) {
    var pieces = new ArrayList<Piece>();
    var seen = new boolean[ink.shades.length];
    var found = new int[ink.shades.length];
    for (int start = 0; start < seen.length; start++) {
      if (seen[start] || ink.at(start) <= strong) {
        continue;
      }
      seen[start] = true;
      found[0] = start;
      int count = 1;
      int left = ink.width;
      int top = ink.height;
      int right = 0;
      int bottom = 0;
      for (int next = 0; next < count; next++) {
        int x = found[next] % ink.width;
        int y = found[next] / ink.width;
        left = Math.min(left, x);
        top = Math.min(top, y);
        right = Math.max(right, x);
        bottom = Math.max(bottom, y);
        for (int v = Math.max(0, y - 1); v <= Math.min(ink.height - 1, y + 1); v++) {
          for (int u = Math.max(0, x - 1); u <= Math.min(ink.width - 1, x + 1); u++) {
            int neighbour = v * ink.width + u;
            if (!seen[neighbour] && ink.at(neighbour) > weak) {
              seen[neighbour] = true;
              found[count++] = neighbour;
            }
          }
        }
      }
      boolean atEdge = left == 0 || top == 0 || right == ink.width - 1 || bottom == ink.height - 1;
      int length = Math.max(right - left, bottom - top) + 1;
      pieces.add(new Piece(Arrays.copyOf(found, count), length, atEdge));
    }
    return pieces;
  }

  /**
   * Widens strokes thinner than a tenth of the digit's longer side, which MNIST has not and a
   * network trained on it reads less well. A stroke's mean width is twice its area over its
   * contour; steps along rows and columns overstate the contour by 4 / pi, or 14 / 11, on average.
   */
  private static GreyPicture thickened(GreyPicture strokes) {
    long area = 0;
    long contour = 0;
    for (int y = 0; y < strokes.height; y++) {
      for (int x = 0; x < strokes.width; x++) {
        int shade = strokes.at(x, y);
        area += shade;
        contour += x == 0 ? 0 : Math.abs(shade - strokes.at(x - 1, y));
        contour += y == 0 ? 0 : Math.abs(shade - strokes.at(x, y - 1));
      }
    }
    long width = 2 * area * 14 / Math.max(1, contour * 11);
    int missing = strokes.trimmed().longerSide() / 10 - (int) width;
    return strokes.dilated(Math.max(0, (missing + 1) / 2));
  }

  /** With the brightest pixel as 255, which it is in MNIST. */
  private static GreyPicture withFullContrast(GreyPicture digit) {
    int brightest = digit.brightest();
    var shades = new byte[digit.shades.length];
    for (int i = 0; i < shades.length; i++) {
      shades[i] = (byte) ((digit.at(i) * 255 + brightest / 2) / brightest);
    }
    return new GreyPicture(digit.width, digit.height, shades);
  }

  /** On a black ground of 28 x 28, as near to the middle as no ink is lost. */
  private static GreyPicture centred(GreyPicture box) {
    var centre = centreOfMass(box);
    int left = Math.clamp(CENTRE - centre.x(), 0, SIZE - box.width);
    int top = Math.clamp(CENTRE - centre.y(), 0, SIZE - box.height);
    var shades = new byte[SIZE * SIZE];
    for (int y = 0; y < box.height; y++) {
      System.arraycopy(box.shades, y * box.width, shades, (top + y) * SIZE + left, box.width);
    }
    return new GreyPicture(SIZE, SIZE, shades);
  }

  private record Pixel(int x, int y) {}

  /** The pixel in which the centre of mass lies; of two, the right or lower one. */
  private static Pixel centreOfMass(GreyPicture digit) {
    long mass = 0;
    long momentX = 0;
    long momentY = 0;
    for (int y = 0; y < digit.height; y++) {
      for (int x = 0; x < digit.width; x++) {
        mass += digit.at(x, y);
        momentX += (long) x * digit.at(x, y);
        momentY += (long) y * digit.at(x, y);
      }
    }
    return new Pixel((int) ((momentX + mass / 2) / mass), (int) ((momentY + mass / 2) / mass));
  }
}
