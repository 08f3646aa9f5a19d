/** Why a network says what it says, and how it is fooled. */
module io.atelier.explain {
  requires transitive io.atelier.core;
  requires java.desktop;
  requires static transitive org.jspecify;

  exports io.atelier.explain;
}
