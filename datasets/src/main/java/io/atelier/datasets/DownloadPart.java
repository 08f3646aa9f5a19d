package io.atelier.datasets;

import io.atelier.formats.FileTrouble;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a server sends to the end of a file, or from its beginning if the server sends it
 * all. The body is whether the server seems to have the right file.
 */
final class DownloadPart implements BodyHandler<Boolean>, BodySubscriber<Boolean>, AutoCloseable {
  static final int OK = 200;
  static final int PARTIAL = 206;
  private static final int NOT_SATISFIABLE = 416;

  private final Path target;
  private final long size;
  private final LongConsumer listener;
  private final FileChannel channel;
  private final CompletableFuture<Boolean> body = new CompletableFuture<>();
  private volatile long position;
  private @Nullable Subscription subscription;

  DownloadPart(Path target, long size, LongConsumer listener) {
    this.target = target;
    this.size = size;
    this.listener = listener;
    try {
      channel = FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.size() > size) {
        channel.truncate(0);
      }
      position = channel.size();
    } catch (IOException e) {
      throw FileTrouble.writing(target, e);
    }
  }

  /** How many bytes there are. */
  long position() {
    return position;
  }

  /** By the head of the answer: append, write all anew, or throw away. */
  @Override
  public BodySubscriber<Boolean> apply(ResponseInfo answer) {
    int status = answer.statusCode();
    var range = answer.headers().firstValue("Content-Range").orElse("");
    boolean goesOn = status == PARTIAL && range.startsWith("bytes " + position + "-");
    if (status != OK && !goesOn) {
      boolean isOther = position > 0 && (status == PARTIAL || status == NOT_SATISFIABLE);
      if (isOther) {
        clear(); // the next connection asks for all
      }
      return BodySubscribers.replacing(isOther);
    }
    long rest = goesOn ? size - position : size;
    if (answer.headers().firstValueAsLong("Content-Length").orElse(rest) != rest) {
      return BodySubscribers.replacing(false); // a page about something else; what came is kept
    }
    if (!goesOn) {
      clear();
    }
    return this;
  }

  /** Throws away what there is. */
  private void clear() {
    try {
      channel.truncate(0);
      position = 0;
    } catch (IOException e) {
      throw FileTrouble.writing(target, e);
    }
  }

  @Override
  public CompletionStage<Boolean> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Subscription given) {
    subscription = given;
    given.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    long at = position;
    try {
      for (var buffer : buffers) {
        if (at + buffer.remaining() > size) {
          end();
          body.complete(false);
          return;
        }
        while (buffer.hasRemaining()) {
          at += channel.write(buffer, at);
        }
      }
      position = at;
      listener.accept(position);
    } catch (IOException e) {
      end();
      body.completeExceptionally(FileTrouble.writing(target, e));
    }
  }

  private void end() {
    if (subscription != null) {
      subscription.cancel();
    }
  }

  @Override
  public void onError(Throwable failure) {
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    if (position == size) {
      body.complete(true);
    } else {
      body.completeExceptionally(new IOException("it ended there"));
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw FileTrouble.writing(target, e);
    }
  }
}
