package dev.pappus.server.api;

import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.access.AccessSettings;
import dev.pappus.server.access.Accounts;
import dev.pappus.server.access.Meter;
import dev.pappus.server.access.Scope;
import dev.pappus.server.access.Token;
import dev.pappus.server.access.Tokens;
import dev.pappus.server.http.RequestHead;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what on one listener: whoever shows a token what the token says, and whoever shows
 * none what the node's owner grants at this kind of address. Pages of other sites may do nothing
 * without a token. Immutable.
 */
public final class AccessPolicy {
  private static final Pattern LOOPBACK_HOST =
      Pattern.compile("localhost|[a-z0-9.-]+\\.localhost|127\\.[0-9.]+|\\[::1]");
  private static final String BEARER = "bearer ";

  private final String host;
  private final boolean loopback;
  private final @Nullable Scope anonymous;
  private final Accounts accounts;

  /**
   * A policy for one listener.
   *
   * @param host the host as configured
   * @param address the address it stands for
   * @param settings what callers without a token may do
   * @param accounts tokens and quotas
   */
  public AccessPolicy(
      String host, InetAddress address, AccessSettings settings, Accounts accounts) {
    this.host = host.toLowerCase(Locale.ROOT);
    this.loopback = address.isLoopbackAddress();
    this.anonymous = loopback ? settings.anonymousLoopback() : settings.anonymousRemote();
    this.accounts = accounts;
  }

  Accounts accounts() {
    return accounts;
  }

  /**
   * Who sends a request.
   *
   * @throws ProblemException UNAUTHENTICATED, FORBIDDEN or CROSS_ORIGIN_DENIED
   */
  Caller identify(RequestHead head) {
    String shown = token(head);
    if (shown == null) {
      requireSameOrigin(head);
      return PathNeeds.isOpen(head.path()) ? Caller.ANYBODY : anonymous(head);
    }
    Tokens.Verified verified = accounts.tokens().verify(shown);
    if (verified == null) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.UNAUTHENTICATED, "the token is not, or no longer, one of this node's")
              .withHint("make a new one: pappus token create --scope invoke"));
    }
    Token token = verified.token();
    Namespace namespace = namespaceOf(head, token.namespace());
    if (token.namespace() != null && !token.namespace().equals(namespace)) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.FORBIDDEN,
                  "token %s is for namespace '%s', not '%s'",
                  token.id(),
                  token.namespace(),
                  namespace)
              .withHint("leave " + Caller.NAMESPACE_HEADER + " out, or use another token"));
    }
    return new Caller(namespace, token.scope(), token, meters(verified.meter(), namespace));
  }

  /** The token that a request shows; other kinds of credentials are for others, not for us. */
  private static @Nullable String token(RequestHead head) {
    String header = head.header("authorization");
    if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return null;
    }
    String text = header.substring(BEARER.length()).trim();
    return Tokens.looksLikeToken(text) ? text : null;
  }

  private Caller anonymous(RequestHead head) {
    if (anonymous == null) {
      throw new ProblemException(
          unauthenticated("this address of the node takes no request without a token"));
    }
    Namespace namespace = namespaceOf(head, null);
    return new Caller(namespace, anonymous, null, meters(null, namespace));
  }

  private static Problem unauthenticated(String detail) {
    return Problem.of(ProblemCode.UNAUTHENTICATED, detail)
        .withHint(
            "send 'Authorization: Bearer TOKEN' (pappus commands take it from PAPPUS_TOKEN); the"
                + " node's owner makes one with 'pappus token create'");
  }

  private static Namespace namespaceOf(RequestHead head, @Nullable Namespace otherwise) {
    String name = head.header(Caller.NAMESPACE_HEADER);
    Namespace meant =
        name != null ? new Namespace(name) : otherwise == null ? Namespace.DEFAULT : otherwise;
    if (meant.equals(Namespace.PLATFORM)) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.FORBIDDEN, "the namespace '%s' is the node's own", Namespace.PLATFORM)
              .withHint("work in another namespace; any other name will do"));
    }
    return meant;
  }

  private List<Meter> meters(@Nullable Meter first, Namespace namespace) {
    Meter second = accounts.meter(namespace);
    if (first == null) {
      return second == null ? List.of() : List.of(second);
    }
    return second == null ? List.of(first) : List.of(first, second);
  }

  /**
   * Refuses a caller without the scope that a request takes.
   *
   * @throws ProblemException UNAUTHENTICATED if a token could help, FORBIDDEN if another one could
   */
  static void requireScope(RequestHead head, Caller caller) {
    requireScope(head, caller, PathNeeds.scope(head.method(), head.path()));
  }

  private static void requireScope(RequestHead head, Caller caller, @Nullable Scope needed) {
    if (needed == null || (caller.scope() != null && caller.scope().includes(needed))) {
      return;
    }
    Token token = caller.token();
    if (token == null) {
      throw new ProblemException(
          unauthenticated(
              String.format(
                  Locale.ROOT,
                  "without a token this address of the node does not take %s %s (scope %s)",
                  head.method(),
                  Names.printable(head.path()),
                  needed.text())));
    }
    throw new ProblemException(
        Problem.of(
                ProblemCode.FORBIDDEN,
                "%s %s takes a token of scope %s; token %s has %s",
                head.method(),
                Names.printable(head.path()),
                needed.text(),
                token.id(),
                token.scope().text())
            .withHint("make one: pappus token create --scope " + needed.text()));
  }

  /**
   * Refuses to deploy where that is not allowed; for endpoints that deploy, wherever they are
   * served.
   *
   * @throws ProblemException UNAUTHENTICATED, FORBIDDEN or CROSS_ORIGIN_DENIED
   */
  void requireDeploy(RequestHead head) {
    requireScope(head, identify(head), Scope.DEPLOY);
  }

  /**
   * Refuses requests that a browser sends for a page of another site, also one whose name was
   * rebound to this address.
   *
   * @throws ProblemException CROSS_ORIGIN_DENIED
   */
  private void requireSameOrigin(RequestHead head) {
    String requestHost = head.header("host");
    if (loopback && requestHost != null && !namesThisNode(requestHost)) {
      throw denied("the request is for host '" + Names.printable(requestHost) + "'");
    }
    String site = head.header("sec-fetch-site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      throw denied("the browser calls the request " + Names.printable(site));
    }
    String origin = head.header("origin");
    if (origin != null && !sameOrigin(origin, requestHost)) {
      throw denied("the request comes from a page of '" + Names.printable(origin) + "'");
    }
  }

  private boolean namesThisNode(String requestHost) {
    String name = withoutPort(requestHost.toLowerCase(Locale.ROOT));
    return name.equals(host)
        || name.equals("[" + host + "]")
        || LOOPBACK_HOST.matcher(name).matches();
  }

  private static String withoutPort(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    return colon < 0 || hostAndPort.endsWith("]") ? hostAndPort : hostAndPort.substring(0, colon);
  }

  private static boolean sameOrigin(String origin, @Nullable String requestHost) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null && authority.equalsIgnoreCase(requestHost);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static ProblemException denied(String detail) {
    return new ProblemException(
        Problem.of(ProblemCode.CROSS_ORIGIN_DENIED, detail)
            .withHint(
                "use the node's own address (http://127.0.0.1:PORT or localhost), from a program"
                    + " or from a page that the node itself served"));
  }
}
