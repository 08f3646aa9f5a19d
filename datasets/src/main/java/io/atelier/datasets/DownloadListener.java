package io.atelier.datasets;

/** Told how far a file that is fetched has come, in bytes; by another thread. */
@FunctionalInterface
public interface DownloadListener {
  /** So many bytes of so many. */
  void fetched(String file, long bytes, long size);
}
