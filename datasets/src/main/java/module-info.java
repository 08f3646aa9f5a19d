/** MNIST and its relatives, folders of pictures, and how published sets are fetched. */
@SuppressWarnings("requires-automatic") // metadata-extractor has no descriptor
module io.atelier.datasets {
  requires transitive io.atelier.core;
  requires io.atelier.formats;
  requires java.desktop;
  requires java.net.http;
  requires metadata.extractor;
  requires static transitive org.jspecify;

  exports io.atelier.datasets;
}
