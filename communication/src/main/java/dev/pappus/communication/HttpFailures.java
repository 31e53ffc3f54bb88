package dev.pappus.communication;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.jspecify.annotations.Nullable;

/** Says in words what the client's exceptions mean. */
final class HttpFailures {
  private static final String NOT_SENT_AGAIN =
      "the request may have had its effect, so it was not sent again; look at the server, then invoke"
          + " again";

  private HttpFailures() {}

  /**
   * The problem of an exchange that failed with {@code failure}.
   *
   * @param what the request for messages, {@code GET http://host/path}
   */
  static Problem toProblem(String what, HttpUrl url, IOException failure) {
    String authority = url.host() + " port " + url.port();
    return switch (failure) {
      case UnknownHostException _ ->
          failed(
              what, "the name " + url.host() + " cannot be resolved", "check the host in the URL");
      case ConnectTimeoutException _ ->
          failed(
              what,
              "no connection to " + authority + " within " + HttpTransport.CONNECT_TIMEOUT,
              "check that the server can be reached from this node");
      case ConnectException _ ->
          failed(
              what,
              "no connection to " + authority + " (" + text(failure) + ")",
              "check that the server listens there and can be reached from this node");
      case NoRouteToHostException _ ->
          failed(what, "there is no route to " + authority, "check the node's network");
      case SSLException _ ->
          failed(
              what,
              "TLS with " + authority + " failed (" + text(failure) + ")",
              "check the server's certificate and the host in the URL");
      case NoHttpResponseException _ ->
          failed(what, "the server closed the connection without an answer", NOT_SENT_AGAIN);
      case ConnectionClosedException _ ->
          failed(
              what,
              "the server closed the connection before the end of its answer",
              NOT_SENT_AGAIN);
      case TruncatedChunkException _ ->
          failed(
              what,
              "the server closed the connection before the end of its answer",
              NOT_SENT_AGAIN);
      case MalformedChunkCodingException _ ->
          failed(what, "the answer's chunks are malformed (" + text(failure) + ")", NOT_SENT_AGAIN);
      case MessageConstraintException _ -> tooManyHeaders(what);
      case SocketTimeoutException _ -> failed(what, "the server stopped answering", NOT_SENT_AGAIN);
      case SocketException _ ->
          failed(what, "the connection broke (" + text(failure) + ")", NOT_SENT_AGAIN);
      default -> ofCause(what, failure);
    };
  }

  private static Problem ofCause(String what, IOException failure) {
    return switch (failure.getCause()) {
      case MessageConstraintException _ -> tooManyHeaders(what);
      case ParseException cause ->
          failed(what, "the answer is not HTTP (" + text(cause) + ")", NOT_SENT_AGAIN);
      case ProtocolException cause ->
          failed(what, "the answer breaks the protocol (" + text(cause) + ")", NOT_SENT_AGAIN);
      case null, default -> failed(what, text(failure), NOT_SENT_AGAIN);
    };
  }

  private static Problem tooManyHeaders(String what) {
    return Problem.of(
            ProblemCode.HTTP_RESPONSE_LIMIT,
            "%s: the headers of the answer are too long, or too many",
            what)
        .withHint("ask a server that answers with at most 256 headers of 16 KiB each");
  }

  private static Problem failed(String what, String why, String hint) {
    return Problem.of(ProblemCode.HTTP_FAILED, "%s: %s", what, why).withHint(hint);
  }

  private static String text(@Nullable Throwable failure) {
    String message = failure == null ? null : failure.getMessage();
    return message == null ? String.valueOf(failure) : Names.printable(message);
  }
}
