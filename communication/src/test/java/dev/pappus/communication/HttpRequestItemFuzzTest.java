package dev.pappus.communication;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.Locale;
import org.junit.jupiter.api.Tag;

/** Whatever bytes a guest leaves as a request, they parse or are refused; nothing slips through. */
@Tag("fuzz")
class HttpRequestItemFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void parsesOrRefuses(byte[] bytes) {
    HttpRequestItem request;
    try {
      request = HttpRequestItem.parse(Item.of("i", Key.ZERO, bytes), Limits.DEFAULTS);
    } catch (ProblemException e) {
      check(e.problem().code() == ProblemCode.HTTP_REQUEST_INVALID, "another code");
      return;
    }
    HttpUrl url = request.url();
    check(url.port() > 0 && url.port() <= HttpUrl.PORT_MAX, "port");
    check(url.target().startsWith("/"), "target");
    check(!url.host().isEmpty() && url.host().chars().allMatch(c -> c > ' ' && c < 0x7F), "host");
    check(
        Addresses.parseLiteral(url.host()) != null || !Addresses.looksNumeric(url.host()),
        "a number as host");
    checkSendable(request.method());
    checkSendable(url.target());
    for (HttpHeader header : request.headers()) {
      checkSendable(header.name());
      checkSendable(header.value());
      check(!header.name().toLowerCase(Locale.ROOT).startsWith("pappus-"), "own header");
      check(!header.is("transfer-encoding") && !header.is("content-length"), "framing header");
    }
  }

  private static void checkSendable(String text) {
    check(
        text.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7F && c <= 0xFF)),
        "a control character");
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
