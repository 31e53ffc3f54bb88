package dev.pappus.language;

import dev.pappus.model.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A registry for tests, filled by lines such as {@code HTTP (requests) => (headers, bodies)}. */
final class KnownFunctions implements SignatureLookup {
  private final Map<String, Signature> signatures = new HashMap<>();

  static KnownFunctions of(String... lines) {
    KnownFunctions known = new KnownFunctions();
    for (String line : lines) {
      String[] parts = line.split("[(]|[)] => [(]|[)]", -1);
      known.add(parts[0].trim(), new Signature(list(parts[1]), list(parts[2])));
    }
    return known;
  }

  void add(String name, Signature signature) {
    signatures.put(name, signature);
  }

  private static List<String> list(String text) {
    return text.isBlank() ? List.of() : Arrays.asList(text.trim().split(", *", -1));
  }

  @Override
  public Optional<Signature> signature(String name) {
    return Optional.ofNullable(signatures.get(name));
  }

  @Override
  public Collection<String> names() {
    return new ArrayList<>(signatures.keySet());
  }
}
