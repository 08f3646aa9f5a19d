package io.atelier.train;

import io.atelier.nn.Modules;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Step;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the time of a training goes: by phase of a step, and by product of matrices.
 *
 * <p>The time of a run is divided among the phases without a gap. The products of a training step
 * are known by what they compute and by the shape of the weights. A gradient of weights is computed
 * when it is needed, mostly in the update, and with plain gradient descent its product makes the
 * update too. Thread-confined.
 */
public final class Profile {
  /** What a training does at a time. */
  public enum Phase {
    /** The batch is made. */
    DATA,
    /** The model and the loss. */
    FORWARD,
    /** The derivatives, but for the gradients of weights that wait. */
    BACKWARD,
    /** The optimiser. */
    UPDATE,
    /** Events, the log and checkpoints. */
    REST,
    /** The metrics after an epoch; no part of a step. */
    EVALUATION
  }

  /**
   * What a product computes: three kinds for a fully connected layer, {@code y = x W^T + b}, and
   * one for a convolution, whose products all have the same sizes.
   */
  public enum Kind {
    /** {@code x W^T}. */
    FORWARD("forward"),
    /** {@code dx = dy W}. */
    INPUT_GRADIENT("gradient of input"),
    /** {@code dW = dy^T x}. */
    WEIGHT_GRADIENT("gradient of weights"),
    /** A convolution and its gradients. */
    CONVOLUTION("with gradients");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Products that were computed, and how long they took. */
  public record Work(long multiplyAdds, long nanoseconds) {
    private static final Work NONE = new Work(0, 0);

    Work plus(Work other) {
      return new Work(multiplyAdds + other.multiplyAdds, nanoseconds + other.nanoseconds);
    }

    /** Billions of floating-point operations per second, two for a multiply-add. */
    public double gigaflops() {
      return 2.0 * multiplyAdds / nanoseconds;
    }
  }

  /**
   * The products of one kind for a layer.
   *
   * @param layers the path of the layer; the paths of several whose weights have the same shape
   * @param weight [out, in] or [F, C/groups, h, w]
   */
  public record Line(String layers, Shape weight, Kind kind, Work work) {}

  private record Key(Kind kind, Shape weight) {}

  private final LongSupplier clock;
  private final Map<Phase, Long> times = new EnumMap<>(Phase.class);
  private final Map<Phase, Work> inPhases = new EnumMap<>(Phase.class);
  private final Map<Key, Work> inLayers = new HashMap<>();
  private Work inThisPhase = Work.NONE;
  private long steps;
  private long last;

  /** A profile of a training that has not begun. */
  public Profile() {
    this(System::nanoTime);
  }

  Profile(LongSupplier clock) {
    this.clock = clock;
  }

  /** The run begins, or goes on. */
  void start() {
    last = clock.getAsLong();
  }

  /** All that happened since the last call belongs to this phase. */
  void ended(Phase phase) {
    long now = clock.getAsLong();
    times.merge(phase, now - last, Long::sum);
    inPhases.merge(phase, inThisPhase, Work::plus);
    inThisPhase = Work.NONE;
    steps += phase == Phase.UPDATE ? 1 : 0;
    last = now;
  }

  /** A training step has computed a product. */
  void computed(Step.Product product) {
    var work = new Work(product.multiplyAdds(), product.nanoseconds());
    inThisPhase = inThisPhase.plus(work);
    inLayers.merge(key(product), work, Work::plus);
    if (!product.transposedLeft() && !product.transposedRight()) {
      // [F, C h w] . [C h w, places], if it is one of a convolution
      var filters = Shape.of(product.m(), product.k());
      inLayers.merge(new Key(Kind.CONVOLUTION, filters), work, Work::plus);
    }
  }

  /** The products with this weight, if there were any; of convolutions only those of one group. */
  private @Nullable Work work(Kind kind, Shape weight) {
    if (weight.rank() < 2 || (kind == Kind.CONVOLUTION) != weight.rank() > 2) {
      return null;
    }
    int filters = weight.size(0);
    return inLayers.get(new Key(kind, Shape.of(filters, (int) (weight.count() / filters))));
  }

  private static Key key(Step.Product product) {
    if (product.transposedLeft()) { // [N, out]^T . [N, in]
      return new Key(Kind.WEIGHT_GRADIENT, Shape.of(product.m(), product.n()));
    }
    return product.transposedRight()
        ? new Key(Kind.FORWARD, Shape.of(product.n(), product.k())) // [N, in] . [out, in]^T
        : new Key(Kind.INPUT_GRADIENT, Shape.of(product.k(), product.n())); // [N, out] . [out, in]
  }

  /** The number of steps that were taken. */
  public long steps() {
    return steps;
  }

  /** The time spent in a phase, of all steps. */
  public long nanoseconds(Phase phase) {
    return times.getOrDefault(phase, 0L);
  }

  /** The products computed in a phase of all steps; those of evaluations are not known. */
  public Work products(Phase phase) {
    return inPhases.getOrDefault(phase, Work.NONE);
  }

  /** The products by layer, forward, gradient of input, gradient of weights. */
  public List<Line> lines(Object model) {
    var layers = new LinkedHashMap<Shape, String>();
    Modules.parameters(model)
        .forEach((path, parameter) -> {
          var layer = path.replaceFirst("\\.weight$", "");
          layers.merge(parameter.shape(), layer, (some, next) -> some + ", " + next);
        });
    var lines = new ArrayList<Line>();
    layers.forEach((weight, paths) -> {
      for (var kind : Kind.values()) {
        var work = work(kind, weight);
        if (work != null) {
          lines.add(new Line(paths, weight, kind, work));
        }
      }
    });
    return lines;
  }
}
