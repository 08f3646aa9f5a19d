package io.atelier.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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
    var environment = OrtEnvironment.getEnvironment();
    var options = new SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setOptimizationLevel(OptLevel.ALL_OPT);
    var session = environment.createSession(OnnxModel.bytes(inference), options);
    var inputs = new ArrayList<Map<String, OnnxTensor>>();
    for (var batch : inference.batches()) {
      long[] shape = Arrays.stream(batch.inputs().shape().toArray()).asLongStream().toArray();
      var values = direct(batch.inputs().toFloats()).asFloatBuffer();
      inputs.add(Map.of(OnnxModel.INPUT, OnnxTensor.createTensor(environment, values, shape)));
    }
    int logits = inference.batch() * Network.CLASSES;
    var result = direct(new float[logits]).asFloatBuffer();
    long[] shape = {inference.batch(), Network.CLASSES};
    var name = session.getOutputNames().iterator().next();
    var output = Map.of(name, OnnxTensor.createTensor(environment, result, shape));
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
}
