package io.atelier.bench;

import com.google.protobuf.CodedOutputStream;
import io.atelier.nn.Activation;
import io.atelier.nn.BatchNorm;
import io.atelier.nn.Convolution;
import io.atelier.nn.Flatten;
import io.atelier.nn.GlobalAveragePool;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.MaxPool;
import io.atelier.nn.Residual;
import io.atelier.nn.Sequential;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of Atelier as an ONNX model, weights and shapes fixed in it.
 *
 * <p>The numbers that fields are written with are those of onnx.proto.
 */
final class OnnxModel {
  static final String INPUT = "x";

  private final List<byte[]> nodes = new ArrayList<>();
  private final List<byte[]> weights = new ArrayList<>();

  private OnnxModel() {}

  static byte[] bytes(Inference inference) {
    var network = inference.network();
    var model = new OnnxModel();
    var last = model.add(network.model(), INPUT);
    byte[] graph =
        message(out -> {
          for (var node : model.nodes) {
            out.writeByteArray(1, node);
          }
          out.writeString(2, "network");
          for (var weight : model.weights) {
            out.writeByteArray(5, weight);
          }
          out.writeByteArray(11, value(INPUT, network.batchShape(inference.batch())));
          out.writeByteArray(12, value(last, Shape.of(inference.batch(), Network.CLASSES)));
        });
    return message(out -> {
      out.writeInt64(1, 8);
      out.writeByteArray(7, graph);
      out.writeByteArray(8, message(set -> set.writeInt64(2, 17)));
    });
  }

  /** Adds the nodes of a layer and returns the name of its output. */
  private String add(Layer layer, String x) {
    return switch (layer) {
      case Sequential sequence -> {
        var name = x;
        for (var each : sequence.layers()) {
          name = add(each, name);
        }
        yield name;
      }
      case Linear linear -> {
        var operands =
            List.of(x, weight(linear.weight().value()), weight(linear.bias().value()));
        yield add("Gemm", operands, integer("transB", 1));
      }
      case Convolution convolution -> {
        var operands = new ArrayList<>(List.of(x, weight(convolution.weight().value())));
        if (convolution.groups() != 1) {
          throw new UnsupportedOperationException("no groups here: " + layer);
        }
        var bias = convolution.bias();
        if (bias != null) {
          operands.add(weight(bias.value()));
        }
        yield add("Conv", operands, window(convolution.window()));
      }
      case BatchNorm norm -> {
        var mean = norm.runningMean().value();
        var variance = norm.runningVar().value();
        var scale = norm.weight() == null ? Tensor.ones(mean.count()) : norm.weight().value();
        var shift = norm.bias() == null ? Tensor.zeros(mean.count()) : norm.bias().value();
        var operands =
            List.of(x, weight(scale), weight(shift), weight(mean), weight(variance));
        yield add("BatchNormalization", operands, real("epsilon", (float) norm.epsilon()));
      }
      case MaxPool pool -> add("MaxPool", List.of(x), window(pool.window()));
      case Residual residual -> {
        var shortcut = residual.shortcut();
        var around = shortcut == null ? x : add(shortcut, x);
        yield add("Add", List.of(add(residual.layer(), x), around));
      }
      case GlobalAveragePool _ -> add("Flatten", List.of(add("GlobalAveragePool", List.of(x))));
      case Flatten _ -> add("Flatten", List.of(x));
      case Activation activation when activation == Activation.RELU -> add("Relu", List.of(x));
      default -> throw new UnsupportedOperationException("no such layer here: " + layer);
    };
  }

  private String add(String type, List<String> operands, byte[]... attributes) {
    var name = "value" + nodes.size();
    nodes.add(node(type, operands, name, attributes));
    return name;
  }

  private static byte[] node(
      String type, List<String> operands, String output, byte[]... attributes) {
    return message(out -> {
      for (var operand : operands) {
        out.writeString(1, operand);
      }
      out.writeString(2, output);
      out.writeString(4, type);
      for (var attribute : attributes) {
        out.writeByteArray(5, attribute);
      }
    });
  }

  private static byte[][] window(Window window) {
    return new byte[][] {
      integers("kernel_shape", window.sizeAlong(0), window.sizeAlong(1)),
      integers("strides", window.strideAlong(0), window.strideAlong(1)),
      integers("dilations", window.dilationAlong(0), window.dilationAlong(1)),
      integers(
          "pads",
          window.paddingBefore(0),
          window.paddingBefore(1),
          window.paddingAfter(0),
          window.paddingAfter(1))
    };
  }

  private static byte[] integer(String name, int value) {
    return message(out -> {
      out.writeString(1, name);
      out.writeInt64(3, value);
      out.writeInt32(20, 2);
    });
  }

  private static byte[] integers(String name, int... values) {
    return message(out -> {
      out.writeString(1, name);
      for (int value : values) {
        out.writeInt64(8, value);
      }
      out.writeInt32(20, 7);
    });
  }

  private static byte[] real(String name, float value) {
    return message(out -> {
      out.writeString(1, name);
      out.writeFloat(2, value);
      out.writeInt32(20, 1);
    });
  }

  /** Adds a constant and returns its name. */
  private String weight(Tensor tensor) {
    var name = "weight" + weights.size();
    float[] values = tensor.toFloats();
    var bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    weights.add(
        message(out -> {
          for (int size : tensor.shape().toArray()) {
            out.writeInt64(1, size);
          }
          out.writeInt32(2, 1);
          out.writeString(8, name);
          out.writeByteArray(9, bytes.array());
        }));
    return name;
  }

  private static byte[] value(String name, Shape shape) {
    byte[] sizes =
        message(out -> {
          for (int size : shape.toArray()) {
            out.writeByteArray(1, message(dimension -> dimension.writeInt64(1, size)));
          }
        });
    byte[] type =
        message(out -> {
          out.writeInt32(1, 1);
          out.writeByteArray(2, sizes);
        });
    return message(out -> {
      out.writeString(1, name);
      out.writeByteArray(2, message(any -> any.writeByteArray(1, type)));
    });
  }

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    var bytes = new ByteArrayOutputStream();
    try {
      var out = CodedOutputStream.newInstance(bytes);
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
