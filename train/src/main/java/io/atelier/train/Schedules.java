package io.atelier.train;

import io.atelier.nn.SyntaxException;
import io.atelier.optim.Schedule;
import java.util.Arrays;

/** Schedules of the learning rate by name. */
public final class Schedules {
  /** The names, for a reader at a terminal. */
  public static final String GRAMMAR =
      """
      The learning rate over a training, by name:

        constant           the same throughout
        step               a tenth after half of the training, a hundredth after three quarters
        stepN              a tenth every N epochs
        stepNxF            times F every N epochs, as in step5x0.5
        exponentialF       times F after each epoch, as in exponential0.975
        linear             evenly down to 0
        polynomialP        (1 - t)^P, where t goes from 0 to 1
        cosine             half a cosine down to 0
        restartsN          half a cosine down to 0 every N epochs
        onecycle           up along half a cosine for three tenths, then down along another
        warmupN-...        evenly up over N epochs, then one of these, as in warmup2-cosine
      """;

  private Schedules() {}

  /**
   * The schedule that a text names.
   *
   * @param stepsPerEpoch how many steps of the optimiser an epoch has
   * @throws SyntaxException if there is no such schedule
   */
  public static Schedule parse(String text, long stepsPerEpoch) {
    return parse(text, 0, stepsPerEpoch);
  }

  private static Schedule parse(String text, int from, long stepsPerEpoch) {
    int at = from;
    while (at < text.length() && Character.isLetter(text.charAt(at))) {
      at++;
    }
    int end = text.indexOf('-', at) < 0 ? text.length() : text.indexOf('-', at);
    double[] settings = numbers(text, at, end);
    long every = settings.length == 0 ? 0 : Math.max(1, Math.round(settings[0] * stepsPerEpoch));
    var name = text.substring(from, at);
    boolean isWarmup = name.equals("warmup");
    if (!isWarmup && end < text.length()) {
      throw new SyntaxException(text, end, "only warmupN is followed by another schedule");
    }
    return switch (name + settings.length) { // a name and how many settings it has
      case "constant0" -> Schedule.constant();
      case "step0" -> Schedule.step();
      case "step1" -> Schedule.step(every, 0.1);
      case "step2" -> Schedule.step(every, settings[1]);
      case "exponential1" -> Schedule.exponential(settings[0]).byEpoch(stepsPerEpoch);
      case "linear0" -> (step, steps) -> Schedule.polynomial(steps, 1).factor(step, steps);
      case "polynomial1" ->
          (step, steps) -> Schedule.polynomial(steps, settings[0]).factor(step, steps);
      case "cosine0" -> Schedule.cosine();
      case "restarts1" -> Schedule.warmRestarts(0, every, 1);
      case "onecycle0" -> Schedule.oneCycle();
      case "warmup1" ->
          parse(text, Math.min(end + 1, text.length()), stepsPerEpoch).warmedUp(every);
      default ->
          throw new SyntaxException(
              text,
              from,
              "expected constant, step, stepN, stepNxF, exponentialF, linear, polynomialP, cosine,"
                  + " restartsN, onecycle or warmupN- before one of these");
    };
  }

  /** Positive numbers with an x between them. */
  private static double[] numbers(String text, int from, int to) {
    if (from == to) {
      return new double[0];
    }
    try {
      double[] numbers =
          Arrays.stream(text.substring(from, to).split("x", -1))
              .mapToDouble(Double::parseDouble)
              .toArray();
      if (Arrays.stream(numbers).allMatch(number -> number > 0 && Double.isFinite(number))) {
        return numbers;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new SyntaxException(text, from, "expected a number above 0");
  }
}
