package io.atelier.explain;

import io.atelier.nn.Layer;
import io.atelier.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Asks a classifier about several views of each input and takes the mean of its probabilities.
 *
 * <pre>{@code
 * var views = List.<UnaryOperator<Tensor>>of(x -> x, x -> x.flip(-1));
 * var probabilities = TestTimeAugmentation.of(model, views).forward(images);
 * }</pre>
 *
 * <p>Source: Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification with deep convolutional
 * neural networks", section 4.1.
 *
 * @param model a classifier, [N, ...] -> logits [N, K]
 * @param views what each sees of a batch of inputs; the input itself is one only if it is listed
 */
public record TestTimeAugmentation(Layer model, List<UnaryOperator<Tensor>> views)
    implements Layer {
  /** Copies the list. */
  public TestTimeAugmentation {
    views = List.copyOf(views);
    Evaluation.requireAtLeastOne("view", views.size());
  }

  /** A classifier that looks at its inputs in several ways. */
  public static TestTimeAugmentation of(Layer model, List<UnaryOperator<Tensor>> views) {
    return new TestTimeAugmentation(model, views);
  }

  /** The mean probabilities: [N, ...] -> [N, K]. */
  @Override
  public Tensor forward(Tensor x) {
    var sum = model.forward(views.getFirst().apply(x)).softmax();
    for (var view : views.subList(1, views.size())) {
      sum = sum.plus(model.forward(view.apply(x)).softmax());
    }
    return sum.dividedBy(views.size());
  }
}
