package io.atelier.datasets;

import io.atelier.formats.FormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A digit from a picture of any size, prepared as MNIST prepared its own: 28 x 28 pixels, bright ink on black.
 */
public final class DigitImage {
  /** How the digit stood in the picture. */
  public enum Ink {
    DARK_ON_LIGHT,
    LIGHT_ON_DARK
  }

  public static final int SIZE = 28;
  private static final int BOX = 20;
  static int WORKING = 1000, SAMPLES = 64;
  static double WINDOW = 1.0 / 6, WEAK = 1.0 / 6, NOISE = 2.5;
  static int FLOOR = 8, LEVELPCT = 75;
  static double THICK = 0;
  static boolean STRETCH = true;

  private final Ink ink;
  private final byte[] pixels;

  private DigitImage(Ink ink, byte[] pixels) {
    this.ink = ink;
    this.pixels = pixels;
  }

  public static DigitImage read(Path file) {
    var image = of(GreyPicture.read(file));
    if (image == null) throw new FormatException(file.toString(), "no digit found");
    return image;
  }

  public Ink ink() { return ink; }

  public byte[] pixels() { return pixels.clone(); }

  static DigitImage of(GreyPicture picture) {
    int longer = Math.max(picture.width, picture.height);
    if (longer > WORKING) {
      picture = picture.scaled(Math.max(1, (int) ((long) picture.width * WORKING / longer)), Math.max(1, (int) ((long) picture.height * WORKING / longer)));
    }
    int w = picture.width, h = picture.height, n = w * h;
    int longerNow = Math.max(w, h);
    int sw = longerNow < SAMPLES ? w : Math.max(1, w * SAMPLES / longerNow), sh = longerNow < SAMPLES ? h : Math.max(1, h * SAMPLES / longerNow);
    var coarse = picture.scaled(sw, sh);
    int r = Math.max(1, (int) (Math.max(sw, sh) * WINDOW));
    var f = new int[sw * sh];
    for (int i = 0; i < f.length; i++) f[i] = coarse.shades[i] & 0xFF;
    var most = extreme(f, sw, sh, r, 1);
    var least = extreme(f, sw, sh, r, -1);
    long lean = 0;
    for (int i = 0; i < f.length; i++) lean += 2 * f[i] - most[i] - least[i];
    var ink = lean >= 0 ? Ink.DARK_ON_LIGHT : Ink.LIGHT_ON_DARK;
    if (lean < 0) { for (int i = 0; i < f.length; i++) f[i] = 255 - f[i]; picture = new GreyPicture(w, h, picture.shades.clone()); for (int i = 0; i < n; i++) picture.shades[i] = (byte) (255 - (picture.shades[i] & 255)); }
    // closing with padding
    int pad = 2 * r, pw = sw + 2 * pad, ph = sh + 2 * pad;
    var padded = new int[pw * ph];
    for (int y = 0; y < ph; y++) for (int x = 0; x < pw; x++) {
      int u = x - pad, v = y - pad;
      int cu = Math.clamp(u, 0, sw - 1), cv = Math.clamp(v, 0, sh - 1);
      int mu = Math.clamp(2 * cu - u, 0, sw - 1), mv = Math.clamp(2 * cv - v, 0, sh - 1);
      padded[y * pw + x] = PADODD ? 2 * f[cv * sw + cu] - f[mv * sw + mu] : f[cv * sw + cu];
    }
    var closed = extreme(extreme(padded, pw, ph, r, 1), pw, ph, r, -1);
    var grid = new int[sw * sh];
    for (int y = 0; y < sh; y++) for (int x = 0; x < sw; x++) grid[y * sw + x] = closed[(y + pad) * pw + x + pad];
    var difference = new int[n];
    var hist = new long[512];
    for (int y = 0; y < h; y++) for (int x = 0; x < w; x++) {
      double fx = Math.clamp((x + 0.5) * sw / w - 0.5, 0, sw - 1), fy = Math.clamp((y + 0.5) * sh / h - 0.5, 0, sh - 1);
      int ix = Math.clamp((int) fx, 0, Math.max(0, sw - 2)), iy = Math.clamp((int) fy, 0, Math.max(0, sh - 2));
      fx -= ix; fy -= iy;
      int q = iy * sw + ix, e = sw > 1 ? 1 : 0, o = sh > 1 ? sw : 0;
      double g = (1 - fy) * ((1 - fx) * grid[q] + fx * grid[q + e]) + fy * ((1 - fx) * grid[q + o] + fx * grid[q + o + e]);
      int d = (int) (g + 0.5) - picture.at(x, y);
      difference[y * w + x] = d;
      hist[Math.clamp(d + 255, 0, 511)]++;
    }
    int centre = GreyPicture.quantile(hist, CENTRE), low = GreyPicture.quantile(hist, 1);
    int floor = Math.max(FLOOR, (int) (NOISE * (centre - low)));
    centre -= 255;
    for (int i = 0; i < n; i++) difference[i] = Math.clamp(difference[i] - centre, 0, 255);
    long[] side = new long[256];
    long cand = 0;
    for (int d : difference) if (d > floor) { side[d]++; cand++; }
    if (cand == 0) return null;
    int level = GreyPicture.quantile(side, LEVELPCT);
    int weak = Math.max(floor, (int) (level * WEAK)), strong = level / 2;
    // components
    var label = new int[n];
    var stack = new int[n];
    record Part(int label, int x0, int y0, int x1, int y1, int size) {
      int length() { return Math.max(x1 - x0, y1 - y0) + 1; }
    }
    List<Part> parts = new ArrayList<>();
    for (int s = 0; s < n; s++) {
      if (difference[s] <= strong || label[s] != 0) continue;
      int id = parts.size() + 1, top = 0, x0 = w, x1 = 0, y0 = h, y1 = 0, size = 0;
      stack[top++] = s; label[s] = id;
      while (top > 0) {
        int p = stack[--top], x = p % w, y = p / w;
        size++; x0 = Math.min(x0, x); x1 = Math.max(x1, x); y0 = Math.min(y0, y); y1 = Math.max(y1, y);
        for (int v = Math.max(0, y - 1); v <= Math.min(h - 1, y + 1); v++)
          for (int u = Math.max(0, x - 1); u <= Math.min(w - 1, x + 1); u++) {
            int q = v * w + u;
            if (label[q] == 0 && difference[q] > weak) { label[q] = id; stack[top++] = q; }
          }
      }
      parts.add(new Part(id, x0, y0, x1, y1, size));
    }
    int longest = 0, clear = 0;
    for (Part p : parts) {
      longest = Math.max(longest, p.length());
      if (p.x0 > 0 && p.y0 > 0 && p.x1 < w - 1 && p.y1 < h - 1) clear = Math.max(clear, p.length());
    }
    boolean dropEdge = clear * 8 >= longest;
    int main = dropEdge ? clear : longest;
    var keep = new boolean[parts.size() + 1];
    int x0 = w, x1 = 0, y0 = h, y1 = 0;
    for (Part p : parts) {
      boolean isClear = p.x0 > 0 && p.y0 > 0 && p.x1 < w - 1 && p.y1 < h - 1;
      if ((isClear || !dropEdge) && p.length() * 8 >= main) {
        keep[p.label] = true;
        x0 = Math.min(x0, p.x0); x1 = Math.max(x1, p.x1); y0 = Math.min(y0, p.y0); y1 = Math.max(y1, p.y1);
      }
    }
    int bw = x1 - x0 + 1, bh = y1 - y0 + 1;
    var box = new byte[bw * bh];
    for (int y = 0; y < bh; y++) for (int x = 0; x < bw; x++) {
      int p = (y + y0) * w + x + x0;
      if (keep[label[p]]) box[y * bw + x] = (byte) Math.min(255, difference[p] * 255 / level);
    }
    int l = Math.max(bw, bh);
    if (THICK > 0) {
      long area = 0, edge = 0;
      for (int y = 0; y < bh; y++) for (int x = 0; x < bw; x++) { 
        int v = box[y * bw + x] & 255; area += v;
        edge += Math.abs(v - (x + 1 < bw ? box[y * bw + x + 1] & 255 : 0)) + Math.abs(v - (y + 1 < bh ? box[y * bw + x + bw] & 255 : 0));
        if (x == 0) edge += v;
        if (y == 0) edge += v;
      }
      // edge counts |cos|+|sin| = 4/pi on average of the length
      double width = 2.0 * area / (edge * 0.785);
      int rr = (int) ((THICK * l / 20 - width) / 2 + 0.5);
      if (DEBUG) System.out.println("width " + width * 20 / l + " r " + rr);
      if (rr > 0) {
        int nw = bw + 2 * rr, nh = bh + 2 * rr;
        var in = new int[nw * nh];
        for (int y = 0; y < bh; y++) for (int x = 0; x < bw; x++) in[(y + rr) * nw + x + rr] = box[y * bw + x] & 255;
        in = extreme(in, nw, nh, rr, 1);
        box = new byte[nw * nh];
        for (int i = 0; i < box.length; i++) box[i] = (byte) in[i];
        bw = nw; bh = nh; l = Math.max(bw, bh);
      }
    }
    var small = new GreyPicture(bw, bh, box).scaled(Math.max(1, (bw * BOX + l / 2) / l), Math.max(1, (bh * BOX + l / 2) / l));
    int max = 0;
    for (byte b : small.shades) max = Math.max(max, b & 0xFF);
    if (STRETCH) for (int i = 0; i < small.shades.length; i++) small.shades[i] = (byte) (((small.shades[i] & 0xFF) * 255 + max / 2) / max);
    long mass = 0, mx = 0, my = 0;
    for (int y = 0; y < small.height; y++) for (int x = 0; x < small.width; x++) { int v = small.at(x, y); mass += v; mx += (long) v * x; my += (long) v * y; }
    int cx = (int) ((mx + mass / 2) / mass), cy = (int) ((my + mass / 2) / mass);
    int left = Math.clamp(14 - cx, 0, SIZE - small.width), topp = Math.clamp(14 - cy, 0, SIZE - small.height);
    var out = new byte[SIZE * SIZE];
    for (int y = 0; y < small.height; y++) for (int x = 0; x < small.width; x++) out[(y + topp) * SIZE + x + left] = small.shades[y * small.width + x];
    return new DigitImage(ink, out);
  }

  static boolean DEBUG = false;
  static boolean PADODD = true; static int CENTRE = 30;
  static int[] extreme(int[] f, int w, int h, int r, int sign) {
    var rows = new int[w * h]; var out = new int[w * h];
    for (int y = 0; y < h; y++) for (int x = 0; x < w; x++) { int m = f[y * w + x]; for (int u = Math.max(0, x - r); u <= Math.min(w - 1, x + r); u++) if (sign * f[y * w + u] > sign * m) m = f[y * w + u]; rows[y * w + x] = m; }
    for (int y = 0; y < h; y++) for (int x = 0; x < w; x++) { int m = rows[y * w + x]; for (int v = Math.max(0, y - r); v <= Math.min(h - 1, y + r); v++) if (sign * rows[v * w + x] > sign * m) m = rows[v * w + x]; out[y * w + x] = m; }
    return out;
  }
}
