/** The training loop, its checkpoints and the folders in which runs are kept. */
module io.atelier.train {
  requires transitive io.atelier.core;
  requires transitive io.atelier.formats;
  requires transitive io.atelier.models;
  requires static transitive org.jspecify;
  requires tools.jackson.core;

  exports io.atelier.train;
}
