package dev.pappus.server.invoke;

import java.util.Locale;
import java.util.Map;

/** The media types of bodies. */
public final class MediaTypes {
  /** Sets with their items in JSON. */
  public static final String SETS = "application/vnd.pappus.sets+json";

  /** The same, for clients that ask for JSON. */
  public static final String JSON = "application/json";

  /** The documents of the reference. */
  public static final String BSON = "application/bson";

  /** One part for each item. */
  public static final String MULTIPART = "multipart/form-data";

  /** Bytes about which nothing is known. */
  public static final String OCTETS = "application/octet-stream";

  /** What functions print. */
  public static final String TEXT = "text/plain; charset=utf-8";

  private static final Map<String, String> BY_EXTENSION =
      Map.ofEntries(
          Map.entry("avif", "image/avif"),
          Map.entry("bmp", "image/bmp"),
          Map.entry("bson", BSON),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("csv", "text/csv; charset=utf-8"),
          Map.entry("flac", "audio/flac"),
          Map.entry("gif", "image/gif"),
          Map.entry("gz", "application/gzip"),
          Map.entry("htm", "text/html; charset=utf-8"),
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("json", JSON),
          Map.entry("log", TEXT),
          Map.entry("md", "text/markdown; charset=utf-8"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("ogg", "audio/ogg"),
          Map.entry("parquet", "application/vnd.apache.parquet"),
          Map.entry("pdf", "application/pdf"),
          Map.entry("png", "image/png"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("tar", "application/x-tar"),
          Map.entry("tsv", "text/tab-separated-values; charset=utf-8"),
          Map.entry("txt", TEXT),
          Map.entry("wasm", "application/wasm"),
          Map.entry("wav", "audio/wav"),
          Map.entry("webm", "video/webm"),
          Map.entry("webp", "image/webp"),
          Map.entry("xml", "application/xml"),
          Map.entry("yaml", "application/yaml"),
          Map.entry("yml", "application/yaml"),
          Map.entry("zip", "application/zip"),
          Map.entry("zst", "application/zstd"));

  private MediaTypes() {}

  /** The type that the ending of an item's name stands for, or {@link #OCTETS}. */
  public static String ofName(String itemName) {
    int dot = itemName.lastIndexOf('.');
    if (dot < 0) {
      return OCTETS;
    }
    return BY_EXTENSION.getOrDefault(itemName.substring(dot + 1).toLowerCase(Locale.ROOT), OCTETS);
  }
}
