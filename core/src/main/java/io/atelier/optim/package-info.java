/**
 * Optimisers: how weights change, given gradients.
 *
 * <p>This page is the guide of the package, in order of growing complexity; every example is run by
 * a test.
 *
 * <h2>A rule, and an optimiser that follows it</h2>
 *
 * <p>An {@link io.atelier.optim.UpdateRule} is a value with the settings; {@code over(model)} makes
 * the {@link io.atelier.optim.Optimizer} that holds the state and changes the parameters.
 *
 * <pre>{@code
 * var sgd = Sgd.rate(0.1).momentum(0.9).over(model);
 * sgd.step(loss.get().backward());
 * }</pre>
 *
 * <table>
 * <caption>The rules</caption>
 * <tr><td>{@link io.atelier.optim.Sgd}</td><td>descent, with momentum, in Nesterov's form</td></tr>
 * <tr><td>{@link io.atelier.optim.Adagrad}</td><td>a rate for each weight, by the gradients it has
 * seen</td></tr>
 * <tr><td>{@link io.atelier.optim.RmsProp}, {@link io.atelier.optim.Adadelta}</td><td>the same, but
 * old gradients are forgotten</td></tr>
 * <tr><td>{@link io.atelier.optim.Adam}, {@link io.atelier.optim.AdamW}</td><td>with momentum; with
 * weight decay beside it</td></tr>
 * <tr><td>{@link io.atelier.optim.Adamax}, {@link io.atelier.optim.NAdam}, {@link
 * io.atelier.optim.RAdam}</td><td>variants of Adam</td></tr>
 * <tr><td>{@link io.atelier.optim.Rprop}, {@link io.atelier.optim.Lion}</td><td>only the sign of a
 * gradient counts</td></tr>
 * <tr><td>{@link io.atelier.optim.Asgd}</td><td>descent with a mean of the weights</td></tr>
 * </table>
 *
 * <h2>Some parameters, other rules</h2>
 *
 * <p>A parameter that is not given stays as it is. A rule may differ from path to path:
 *
 * <pre>{@code
 * var head = Adam.rate(1e-3).over(Modules.trainable(model, path -> path.startsWith("2.")));
 * var rule = AdamW.rate(1e-3);
 * var all = rule.over(model, path -> path.endsWith("bias") ? rule.weightDecay(0) : rule);
 * }</pre>
 *
 * <h2>Gradients before the step</h2>
 *
 * <p>{@link io.atelier.tensor.Gradients} are values: they can be clipped, added and multiplied
 * before an optimiser sees them. The mean over two halves of a batch, no longer than 1:
 *
 * <pre>{@code
 * var mean = loss.get().backward().plus(loss.get().backward()).times(0.5);
 * sgd.step(mean.clippedByNorm(1));
 * }</pre>
 *
 * <h2>The rate over time</h2>
 *
 * <p>A {@link io.atelier.optim.Schedule} gives each step a factor for the rate, as a function of
 * its number; {@link io.atelier.optim.Plateau} one that depends on the metrics so far. {@link
 * io.atelier.optim.RateFinder} looks for a rate to begin with.
 *
 * <pre>{@code
 * var schedule = Schedule.cosine().warmedUp(10);
 * for (long step = 0; step < 100; step++) {
 *   sgd.rate(sgd.rule().rate() * schedule.factor(step, 100));
 *   sgd.step(loss.get().backward());
 * }
 * }</pre>
 *
 * <h2>The mean of the weights</h2>
 *
 * <p>{@link io.atelier.optim.Averaged} follows the weights and can be loaded into the model.
 *
 * <h2>Without batches</h2>
 *
 * <p>{@link io.atelier.optim.Lbfgs} minimises a loss over a whole, small data set by itself. {@link
 * io.atelier.optim.Descent} shows gradient descent on a function, point by point, and says why it
 * ended.
 *
 * <h2>Going on after an interruption</h2>
 *
 * <p>{@code state()} and {@code steps()} of an optimiser, and {@code state()} and {@code updates()}
 * of a mean, are all there is to save; schedules, rules and L-BFGS keep nothing.
 *
 * <pre>{@code
 * var resumed = Sgd.rate(0.1).momentum(0.9).over(model);
 * resumed.restore(sgd.state(), sgd.steps());
 * }</pre>
 */
@NullMarked
package io.atelier.optim;

import org.jspecify.annotations.NullMarked;
