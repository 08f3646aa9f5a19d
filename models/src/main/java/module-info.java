/** Networks with a name. */
module io.atelier.models {
  requires transitive io.atelier.core;
  requires static transitive org.jspecify;

  exports io.atelier.models;
}
