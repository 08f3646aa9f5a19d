package io.atelier.cli;

import io.atelier.train.Event;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/** The line that moves while an epoch runs; where no person watches there is none. */
final class ProgressLine implements AutoCloseable {
  private static final int BAR = 24;
  private static final int MILLISECONDS = 100;

  private final Terminal terminal;
  private final int epochs;
  private @Nullable ProgressBar bar;
  private volatile String title = "";
  private volatile double loss;
  private long examples;
  private volatile double rate;
  private long start;

  ProgressLine(Terminal terminal, int epochs) {
    this.terminal = terminal;
    this.epochs = epochs;
  }

  void step(Event.Stepped stepped) {
    if (!terminal.isCapable()) {
      return;
    }
    if (bar == null) {
      bar = begin(stepped);
    }
    // the loss of single batches jumps; a person wants its course
    loss = examples == 0 ? stepped.loss() : 0.98 * loss + 0.02 * stepped.loss();
    examples += stepped.examples();
    rate = examples / ((System.nanoTime() - start) * 1e-9);
    bar.stepTo(stepped.batch());
  }

  private ProgressBar begin(Event.Stepped stepped) {
    title = String.format(Locale.ROOT, "epoch %d/%d", stepped.epoch(), epochs);
    examples = 0;
    start = System.nanoTime();
    return new ProgressBarBuilder()
        .setInitialMax(stepped.batches())
        .setUpdateIntervalMillis(MILLISECONDS)
        .setConsumer(new DelegatingProgressBarConsumer(terminal::rewrite, Terminal.WIDTH))
        .setRenderer((state, _) -> render(state))
        .startsFrom(stepped.batch(), java.time.Duration.ZERO)
        .build();
  }

  private String render(ProgressState state) {
    double share = (double) state.getCurrent() / state.getMax();
    double elapsed = (System.nanoTime() - start) * 1e-9;
    double left = share == 0 ? 0 : elapsed * (1 - share) / share;
    return String.format(
        Locale.ROOT,
        "%s  %s %3.0f %%  loss %.4f  %,.0f samples/s  %.0f s left",
        title,
        terminal.bar(share, BAR),
        100 * share,
        loss,
        rate,
        left);
  }

  void endEpoch() {
    close();
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
      terminal.rewrite("");
      System.out.print("\r");
    }
  }
}
