package dev.pappus.server.api;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.RequestHead;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may deploy and administer, as long as there are no credentials: whoever reaches a loopback
 * address from outside a browser, and others only where the node's owner says so. Immutable.
 */
public final class AccessPolicy {
  private static final Pattern LOOPBACK_HOST =
      Pattern.compile("localhost|[a-z0-9.-]+\\.localhost|127\\.[0-9.]+|\\[::1]");

  private final String host;
  private final boolean loopback;
  private final boolean remoteDeploy;

  /**
   * A policy for one listener.
   *
   * @param host the host as configured
   * @param address the address it stands for
   * @param remoteDeploy whether deploying is allowed even if the address is not loopback
   */
  public AccessPolicy(String host, InetAddress address, boolean remoteDeploy) {
    this.host = host.toLowerCase(Locale.ROOT);
    this.loopback = address.isLoopbackAddress();
    this.remoteDeploy = remoteDeploy;
  }

  /**
   * Refuses to deploy where that is not allowed.
   *
   * @throws ProblemException REMOTE_DEPLOY_DENIED or CROSS_ORIGIN_DENIED
   */
  void requireDeploy(RequestHead head) {
    if (!loopback && !remoteDeploy) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.REMOTE_DEPLOY_DENIED,
                  "the node listens on %s, which is not loopback, and has no credentials to check",
                  host)
              .withHint(
                  "deploy over a loopback address, or start the node with --allow-remote-deploy if"
                      + " everybody who reaches it may deploy"));
    }
    requireSameOrigin(head);
  }

  /**
   * Refuses requests that a browser sends for a page of another site, also one whose name was
   * rebound to this address.
   *
   * @throws ProblemException CROSS_ORIGIN_DENIED
   */
  void requireSameOrigin(RequestHead head) {
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
