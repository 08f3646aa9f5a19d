/**
 * Networks with a name: those of the lecture, and some of the literature.
 *
 * <pre>{@code
 * var resnet = ResNet.cifar(20, 10).create(Shape.of(3, 32, 32), Rng.of(42));
 * var cnn = KnownModel.CNN2.plan(Shape.of(1, 28, 28), 10).create(Shape.of(1, 28, 28), Rng.of(42));
 * }</pre>
 *
 * <p>Parameters have the names that PyTorch's models have, so that published weights load.
 */
@NullMarked
package io.atelier.models;

import org.jspecify.annotations.NullMarked;
