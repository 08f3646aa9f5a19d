package io.atelier.datasets;

import io.atelier.formats.FileTrouble;
import io.atelier.formats.FormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/**
 * Fetches files over HTTP. A connection that is cut off, or from which nothing comes, is opened
 * again and goes on where it was; so does a later run of the program. Immutable.
 *
 * @param patience how long to wait for a connection, and for the next bytes
 */
record Download(Duration patience) {
  /** Connections in a row that bring nothing. */
  private static final int TRIES = 3;

  /** With the patience of a person. */
  static Download standard() {
    return new Download(Duration.ofSeconds(30));
  }

  /**
   * Fetches a file of a known size, from where {@code target} ends.
   *
   * @param listener told how many bytes there are, as they come; by another thread
   * @throws FormatException if the server has something else
   * @throws UncheckedIOException if there is no connection, it is cut off again and again, or the
   *     file cannot be written; what has come is kept
   */
  void fetch(URI address, Path target, long size, LongConsumer listener) {
    var client =
        HttpClient.newBuilder()
            .connectTimeout(patience)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .proxy(ProxySelector.getDefault())
            .build();
    try {
      int fruitless = 0;
      while (length(target) != size) {
        long before = length(target);
        try {
          connect(client, address, target, size, listener);
        } catch (ConnectException | HttpConnectTimeoutException e) {
          throw new UncheckedIOException(
              address
                  + ": no connection; get the files where there is one, and take them from a folder",
              e);
        } catch (IOException e) {
          fruitless = length(target) > before ? 0 : fruitless + 1;
          if (fruitless == TRIES) {
            throw new UncheckedIOException(
                "%s: cut off after %,d of %,d bytes; try again, it goes on from there"
                    .formatted(address, length(target), size),
                e);
          }
        }
      }
    } finally {
      client.shutdownNow();
    }
  }

  private static long length(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw FileTrouble.reading(file, e);
    }
  }

  /** One connection; returns when all that it was to bring has been written. */
  private void connect(
      HttpClient client, URI address, Path target, long size, LongConsumer listener)
      throws IOException {
    try (var part = new DownloadPart(target, size, listener)) {
      long start = part.position();
      var request = HttpRequest.newBuilder(address).timeout(patience);
      if (start > 0) {
        request.header("Range", "bytes=" + start + "-");
      }
      var response = await(client.sendAsync(request.build(), part), part);
      if (!response.body()) {
        int status = response.statusCode();
        throw new FormatException(
            address.toString(),
            status == DownloadPart.OK || status == DownloadPart.PARTIAL
                ? "is not the file of %,d bytes that was published".formatted(size)
                : "the server answered " + status);
      }
    }
  }

  /** Waits as long as bytes come. */
  private <T> HttpResponse<T> await(CompletableFuture<HttpResponse<T>> response, DownloadPart part)
      throws IOException {
    long seen = -1;
    while (true) {
      try {
        return response.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (part.position() == seen) {
          response.cancel(true);
          throw new HttpTimeoutException("nothing came any more");
        }
        seen = part.position();
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case IOException trouble -> throw trouble;
          case RuntimeException failure -> throw failure;
          case null, default -> throw new IOException(e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        response.cancel(true);
        throw new UncheckedIOException("interrupted", new IOException(e));
      }
    }
  }
}
