package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sets in JSON as a client sees them. */
final class SetsAnswer {
  private static final Pattern ITEM =
      Pattern.compile("\\{\"name\":\"([^\"]*)\",\"key\":(\\d+),\"base64\":\"([^\"]*)\"}");

  private SetsAnswer() {}

  /** The items of all sets as text, by name; names must differ. */
  static Map<String, String> items(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    assertThat(text).startsWith("{\"sets\":[");
    Map<String, String> items = new LinkedHashMap<>();
    Matcher item = ITEM.matcher(text);
    while (item.find()) {
      String before =
          items.put(
              item.group(1),
              new String(Base64.getDecoder().decode(item.group(3)), StandardCharsets.UTF_8));
      assertThat(before).as(item.group(1)).isNull();
    }
    return items;
  }
}
