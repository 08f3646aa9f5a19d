/** Strict readers and writers of files. */
module io.atelier.formats {
  requires transitive io.atelier.core;
  requires static transitive org.jspecify;
  requires de.siegmar.fastcsv;
  requires tools.jackson.core;

  exports io.atelier.formats;
}
