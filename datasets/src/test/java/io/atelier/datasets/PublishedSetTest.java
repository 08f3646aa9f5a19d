package io.atelier.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.atelier.formats.FormatException;
import io.atelier.tensor.Rng;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server on this machine that does what servers and networks do. */
class PublishedSetTest {
  private static final Duration PATIENT = Duration.ofSeconds(60);

  /** What the server does with one request. */
  private interface Answer {
    void to(HttpExchange request) throws IOException;
  }

  @TempDir private Path folder = Path.of("");
  private final byte[] content = new byte[300_000];
  private byte[] compressed = new byte[0];
  private final Queue<Answer> answers = new ArrayDeque<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private PublishedSet set = new PublishedSet(URI.create(""), List.of());

  PublishedSetTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void publish() throws IOException {
    var rng = Rng.of(1);
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) rng.nextInt();
    }
    compressed = gzip(content);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    set = published("http://127.0.0.1:" + server.getAddress().getPort() + "/data/");
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private PublishedSet published(String address) {
    var digest = Sha256.create();
    digest.update(content);
    return new PublishedSet(
        URI.create(address),
        List.of(
            new PublishedFile("images", compressed.length, content.length, Sha256.hex(digest))));
  }

  private void answer(HttpExchange request) throws IOException {
    var range = request.getRequestHeaders().getFirst("Range");
    requests.add(request.getRequestURI() + (range == null ? "" : " " + range));
    var next = answers.poll();
    try (request) {
      (next == null ? (Answer) this::properly : next).to(request);
    }
  }

  /** As a web server does. */
  private void properly(HttpExchange request) throws IOException {
    cutAfter(compressed.length).to(request);
  }

  /** So many bytes of the whole or the range that was asked for; then the connection ends. */
  private Answer cutAfter(int count) {
    return request -> {
      var range = request.getRequestHeaders().getFirst("Range");
      int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
      int rest = compressed.length - from;
      if (range != null) {
        request
            .getResponseHeaders()
            .set("Content-Range", "bytes %d-%d/%d".formatted(from, from + rest - 1, from + rest));
      }
      request.sendResponseHeaders(range == null ? 200 : 206, rest);
      request.getResponseBody().write(compressed, from, Math.min(count, rest));
      request.getResponseBody().flush();
    };
  }

  private static Answer all(int status, byte[] bytes) {
    return request -> {
      request.sendResponseHeaders(status, bytes.length);
      request.getResponseBody().write(bytes);
    };
  }

  private void fetch() {
    set.fetch(folder, new Download(PATIENT), (_, _, _) -> {});
  }

  private void assertFetched() {
    assertThat(folder.resolve("images.gz")).hasBinaryContent(compressed);
    assertThat(folder.resolve("images.gz.part")).doesNotExist();
    assertThat(set.isIn(folder)).isTrue();
  }

  @Test
  void aFileIsFetchedOnceAndItsProgressTold() {
    var told = Collections.synchronizedList(new ArrayList<Long>());
    assertThat(set.isIn(folder)).isFalse();
    set.fetch(
        folder,
        new Download(PATIENT),
        (file, bytes, size) -> {
          assertThat(file).isEqualTo("images.gz");
          assertThat(size).isEqualTo(compressed.length);
          told.add(bytes);
        });
    assertFetched();
    assertThat(told).isSorted().endsWith((long) compressed.length);
    fetch();
    assertThat(requests).containsExactly("/data/images.gz");
  }

  @Test
  void aConnectionThatIsCutGoesOnWhereItWas() {
    answers.add(cutAfter(100_000));
    fetch();
    assertFetched();
    assertThat(requests).containsExactly("/data/images.gz", "/data/images.gz bytes=100000-");
  }

  @Test
  void aConnectionThatFallsSilentIsOpenedAgain() {
    var end = new CountDownLatch(1);
    answers.add(request -> {
      cutAfter(100_000).to(request);
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    set.fetch(folder, new Download(Duration.ofMillis(500)), (_, _, _) -> {});
    end.countDown();
    assertFetched();
    assertThat(requests).hasSizeGreaterThan(1).endsWith("/data/images.gz bytes=100000-");
  }

  @Test
  void whatAnEarlierRunFetchedIsKept() throws IOException {
    Files.write(folder.resolve("images.gz.part"), Arrays.copyOf(compressed, 1000));
    fetch();
    assertFetched();
    assertThat(requests).containsExactly("/data/images.gz bytes=1000-");
  }

  @Test
  void aBeginningOfSomethingElseIsFetchedAgain() throws IOException {
    Files.write(folder.resolve("images.gz.part"), new byte[1000]);
    fetch();
    assertFetched();
    assertThat(requests).containsExactly("/data/images.gz bytes=1000-", "/data/images.gz");
  }

  @Test
  void aBeginningThatIsTooLongIsThrownAway() throws IOException {
    Files.write(folder.resolve("images.gz.part"), new byte[compressed.length + 1]);
    fetch();
    assertFetched();
    assertThat(requests).containsExactly("/data/images.gz");
  }

  @Test
  void aServerThatKnowsNoRangesSendsAll() throws IOException {
    Files.write(folder.resolve("images.gz.part"), Arrays.copyOf(compressed, 1000));
    answers.add(all(200, compressed));
    fetch();
    assertFetched();
  }

  @Test
  void aRangeThatTheServerDoesNotHaveIsAskedForFromTheStart() throws IOException {
    Files.write(folder.resolve("images.gz.part"), Arrays.copyOf(compressed, 1000));
    answers.add(all(416, new byte[0]));
    fetch();
    assertFetched();
    assertThat(requests).containsExactly("/data/images.gz bytes=1000-", "/data/images.gz");
  }

  @Test
  void aFileThatLiesThereButIsNotTheOneIsReplaced() throws IOException {
    Files.write(folder.resolve("images.gz"), gzip(new byte[] {1}));
    fetch();
    assertFetched();
  }

  @Test
  void wrongBytesAreRefusedAndNotKept() throws IOException {
    var wrong = compressed.clone();
    wrong[1234] ^= 1;
    answers.add(all(200, wrong));
    assertThatThrownBy(this::fetch)
        .isInstanceOf(FormatException.class)
        .hasMessage(
            set.address()
                + "images.gz: is not the file that was published; what came was thrown away");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFileOfAnotherSizeIsRefusedBeforeItIsFetched() {
    answers.add(all(200, new byte[10]));
    refuses(
        "images.gz: is not the file of %,d bytes that was published".formatted(compressed.length));
  }

  @Test
  void aPageOfAnotherSizeDoesNotCostWhatCame() throws IOException {
    var part = folder.resolve("images.gz.part");
    var begun = Arrays.copyOf(compressed, 1000);
    Files.write(part, begun);
    answers.add(all(200, new byte[10]));
    refuses(
        "images.gz: is not the file of %,d bytes that was published".formatted(compressed.length));
    assertThat(part).hasBinaryContent(begun);
  }

  @Test
  void aStreamWithoutEndIsRefused() {
    answers.add(request -> {
      request.sendResponseHeaders(200, 0); // in chunks, without a length
      request.getResponseBody().write(compressed);
      request.getResponseBody().write(new byte[100]);
    });
    refuses(
        "images.gz: is not the file of %,d bytes that was published".formatted(compressed.length));
  }

  @Test
  void whatTheServerDoesNotHaveIsSaid() throws IOException {
    answers.add(all(404, new byte[10]));
    refuses("images.gz: the server answered 404");
    var part = folder.resolve("images.gz.part");
    Files.write(part, Arrays.copyOf(compressed, 1000));
    answers.add(all(503, new byte[10]));
    refuses("images.gz: the server answered 503");
    assertThat(part).hasSize(1000);
  }

  private void refuses(String message) {
    assertThatThrownBy(this::fetch)
        .isInstanceOf(FormatException.class)
        .hasMessage(set.address() + message);
  }

  @Test
  void afterThreeConnectionsThatBroughtNothingItGivesUpAndKeepsWhatCame() {
    answers.add(cutAfter(2000));
    for (int i = 0; i < 3; i++) {
      answers.add(cutAfter(0));
    }
    assertThatThrownBy(this::fetch)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            set.address()
                + "images.gz: cut off after 2,000 of %,d bytes; try again, it goes on from there"
                    .formatted(compressed.length));
    fetch();
    assertFetched();
    assertThat(requests).endsWith("/data/images.gz bytes=2000-");
  }

  @Test
  void withoutAConnectionItSaysWhatToDo() throws IOException {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort(); // nobody listens there any more
    }
    var unreachable = published("http://127.0.0.1:" + port + "/");
    assertThatThrownBy(() -> unreachable.fetch(folder, new Download(PATIENT), (_, _, _) -> {}))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            unreachable.address()
                + "images.gz: no connection; get the files where there is one, and take them from"
                + " a folder");
  }

  @Test
  void filesAreCopiedFromAFolderCompressedOrNot() throws IOException {
    var from = Files.createDirectory(folder.resolve("from"));
    var to = folder.resolve("some").resolve("place");
    Files.write(from.resolve("images"), content);
    set.copy(from, to);
    assertThat(to.resolve("images")).hasBinaryContent(content);
    Files.write(from.resolve("images.gz"), compressed);
    set.copy(from, to);
    assertThat(to.resolve("images.gz")).hasBinaryContent(compressed);
    assertThat(requests).isEmpty();
  }

  @Test
  void aPlainCopyReplacesWhatWouldBeReadInstead() throws IOException {
    var from = Files.createDirectory(folder.resolve("from"));
    var to = Files.createDirectory(folder.resolve("to"));
    Files.write(from.resolve("images"), content);
    Files.write(to.resolve("images.gz"), gzip(new byte[] {1}));
    set.copy(from, to);
    assertThat(to.resolve("images")).hasBinaryContent(content);
    assertThat(to.resolve("images.gz")).doesNotExist();
  }

  @Test
  void whatIsNotTheFilePublishedIsNotCopied() throws IOException {
    var from = Files.createDirectory(folder.resolve("from"));
    var to = folder.resolve("to");
    var file = from.resolve("images.gz");
    refusesToCopy(from, to, from + ": has no images.gz, nor images");
    Files.write(file, Arrays.copyOf(compressed, 5000));
    refusesToCopy(
        from, to, file + ": is not the one published: its compression is damaged or cut off");
    Files.write(file, gzip(new byte[content.length + 1]));
    refusesToCopy(from, to, file + ": is not the one published: more than 300,000 bytes");
    Files.write(file, gzip(new byte[] {}));
    refusesToCopy(
        from,
        to,
        file
            + ": is not the one published: the SHA-256 of its content is"
            + " e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 and should be "
            + set.files().getFirst().sha256());
    assertThat(to).doesNotExist();
  }

  private void refusesToCopy(Path from, Path to, String message) {
    assertThatThrownBy(() -> set.copy(from, to))
        .isInstanceOf(FormatException.class)
        .hasMessage(message);
  }

  // Fashion-MNIST itself

  @Test
  void fashionMnistHasTheFilesOfMnist() {
    var files = FashionMnist.PUBLISHED.files();
    assertThat(files)
        .extracting(PublishedFile::name)
        .containsExactly(
            Arrays.stream(MnistFile.values()).map(MnistFile::fileName).toArray(String[]::new));
    assertThat(files)
        .extracting(PublishedFile::contentSize)
        .containsExactly(16 + 60_000 * 784L, 8 + 60_000L, 16 + 10_000 * 784L, 8 + 10_000L);
    assertThat(FashionMnist.CLASS_NAMES).hasSize(10);
  }

  @Test
  void itsFolderIsTheUsersOrTheOneThatTheEnvironmentNames() {
    assertThat(FashionMnist.folder(Map.of(), "/home/ada"))
        .isEqualTo(Path.of("/home/ada/.cache/atelier/fashion-mnist"));
    assertThat(FashionMnist.folder(Map.of("ATELIER_DATA", "/data"), "/home/ada"))
        .isEqualTo(Path.of("/data/fashion-mnist"));
    assertThat(FashionMnist.folder(Map.of("ATELIER_DATA", " "), "/home/ada"))
        .isEqualTo(Path.of("/home/ada/.cache/atelier/fashion-mnist"));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
