package io.atelier.train;

import java.util.List;

/**
 * Where a run comes from: what one needs to make it again, and to trust it.
 *
 * @param dataHash SHA-256 of the data, hexadecimal
 * @param version of Atelier
 * @param java version and vendor
 * @param machine operating system and architecture
 * @param command as it was typed
 * @param started when, as ISO 8601 in UTC
 */
public record Provenance(
    String dataHash,
    String version,
    String java,
    String machine,
    List<String> command,
    String started) {}
