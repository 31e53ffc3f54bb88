package dev.pappus.server.api;

import dev.pappus.dispatcher.Precondition;
import dev.pappus.model.Digest;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header fields If-Match and If-None-Match of requests that change something. */
final class Preconditions {
  private static final String ANY = "*";
  private static final Pattern ETAG = Pattern.compile("(W/)?\"([^\"]*)\"");
  private static final Pattern VERSION = Pattern.compile("sha256:([0-9a-f]{64})");

  private Preconditions() {}

  /**
   * What {@code head} asks for.
   *
   * @throws ProblemException with BAD_REQUEST
   */
  static Precondition of(RequestHead head) {
    List<String> match = head.headers("if-match");
    List<String> noneMatch = head.headers("if-none-match");
    if (!noneMatch.isEmpty()) {
      if (!match.isEmpty() || !String.join(",", noneMatch).strip().equals(ANY)) {
        throw malformed("the node understands If-None-Match: *, and no If-Match beside it");
      }
      return new Precondition.Absent();
    }
    String value = String.join(",", match).strip();
    if (match.isEmpty()) {
      return new Precondition.None();
    }
    return value.equals(ANY)
        ? new Precondition.Exists()
        : new Precondition.Current(versions(value));
  }

  /** Weak entity tags and those of other servers are well-formed, but name no version of ours. */
  private static List<Digest> versions(String value) {
    List<Digest> versions = new ArrayList<>();
    for (String each : value.split(",", -1)) {
      Matcher tag = ETAG.matcher(each.strip());
      if (!tag.matches()) {
        throw malformed("'" + Names.printable(each.strip()) + "' in If-Match is no entity tag");
      }
      Matcher version = VERSION.matcher(tag.group(2));
      if (tag.group(1) == null && version.matches()) {
        versions.add(new Digest(version.group(1)));
      }
    }
    return versions;
  }

  private static ProblemException malformed(String detail) {
    return new ProblemException(
        Problem.of(ProblemCode.BAD_REQUEST, detail)
            .withHint("write If-Match: \"sha256:…\" with the quotes, as ETag showed it"));
  }
}
