package io.atelier.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ONNX Runtime, for inference only. */
final class OnnxRuntime implements Peer {
  @Override
  public Work prepare(Problem problem, int threads) {
    if (!(problem instanceof Inference inference)) {
      throw Peer.unsupported(problem);
    }
    try {
      return inference(inference, threads);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Work inference(Inference inference, int threads) throws OrtException {
    var digits = inference.digits();
    var environment = OrtEnvironment.getEnvironment();
    var options = new SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setOptimizationLevel(OptLevel.ALL_OPT);
    var session = environment.createSession(model(digits, inference.batch()), options);
    var inputs = new ArrayList<Map<String, OnnxTensor>>();
    for (var batch : digits.batches()) {
      long[] shape = {batch.size(), Digits.PIXELS};
      var values = direct(batch.inputs().toFloats()).asFloatBuffer();
      inputs.add(Map.of("x", OnnxTensor.createTensor(environment, values, shape)));
    }
    int logits = inference.batch() * Digits.CLASSES;
    var result = direct(new float[logits]).asFloatBuffer();
    long[] shape = {inference.batch(), Digits.CLASSES};
    var output = Map.of("y", OnnxTensor.createTensor(environment, result, shape));
    return new Work() {
      private int step;

      @Override
      public void run() {
        run(session, inputs.get(step++ % inputs.size()));
      }

      private void run(OrtSession session, Map<String, OnnxTensor> input) {
        try (var _ = session.run(input, output)) {
          // the logits are in result
        } catch (OrtException e) {
          throw new IllegalStateException(e);
        }
      }

      @Override
      public float[] check() {
        run(session, inputs.getFirst());
        float[] values = new float[logits];
        result.get(0, values);
        return Numbers.sample(values);
      }
    };
  }

  private static ByteBuffer direct(float[] values) {
    var buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    buffer.asFloatBuffer().put(FloatBuffer.wrap(values));
    return buffer;
  }

  /** The network as an ONNX model; the numbers are those of the fields in onnx.proto. */
  private static byte[] model(Digits digits, int batch) {
    int width = digits.width();
    byte[] graph =
        message(out -> {
          out.writeByteArray(1, gemm("x", "hidden", "hiddenBias", "inner"));
          out.writeByteArray(1, node("Relu", List.of("inner"), "active", true));
          out.writeByteArray(1, gemm("active", "output", "outputBias", "y"));
          out.writeString(2, "mlp");
          out.writeByteArray(5, tensor("hidden", digits.hidden(), width, Digits.PIXELS));
          out.writeByteArray(5, tensor("hiddenBias", digits.hiddenBias(), width));
          out.writeByteArray(5, tensor("output", digits.output(), Digits.CLASSES, width));
          out.writeByteArray(5, tensor("outputBias", digits.outputBias(), Digits.CLASSES));
          out.writeByteArray(11, value("x", batch, Digits.PIXELS));
          out.writeByteArray(12, value("y", batch, Digits.CLASSES));
        });
    return message(out -> {
      out.writeInt64(1, 8);
      out.writeByteArray(7, graph);
      out.writeByteArray(8, message(set -> set.writeInt64(2, 17)));
    });
  }

  private static byte[] gemm(String x, String weight, String bias, String result) {
    return node("Gemm", List.of(x, weight, bias), result, false);
  }

  /** A node; a Gemm reads its second operand transposed. */
  private static byte[] node(String type, List<String> inputs, String output, boolean plain) {
    return message(out -> {
      for (var input : inputs) {
        out.writeString(1, input);
      }
      out.writeString(2, output);
      out.writeString(4, type);
      if (!plain) {
        out.writeByteArray(
            5,
            message(attribute -> {
              attribute.writeString(1, "transB");
              attribute.writeInt64(3, 1);
              attribute.writeInt32(20, 2);
            }));
      }
    });
  }

  private static byte[] tensor(String name, float[] values, int... sizes) {
    var bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return message(out -> {
      for (int size : sizes) {
        out.writeInt64(1, size);
      }
      out.writeInt32(2, 1);
      out.writeString(8, name);
      out.writeByteArray(9, bytes.array());
    });
  }

  private static byte[] value(String name, int... sizes) {
    byte[] shape =
        message(out -> {
          for (int size : sizes) {
            out.writeByteArray(1, message(dimension -> dimension.writeInt64(1, size)));
          }
        });
    byte[] type =
        message(out -> {
          out.writeInt32(1, 1);
          out.writeByteArray(2, shape);
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
