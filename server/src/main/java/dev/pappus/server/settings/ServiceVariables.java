package dev.pappus.server.settings;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Variables that Kubernetes gives to the containers of a namespace for each service in it: a
 * service named {@code pappus} sets {@code PAPPUS_SERVICE_HOST}, {@code PAPPUS_PORT=tcp://…} and
 * more, which nobody means as settings of ours.
 */
final class ServiceVariables {
  private static final Pattern HOST = Pattern.compile("(PAPPUS(_[A-Z0-9_]+)?)_SERVICE_HOST");
  private static final Pattern URL = Pattern.compile("(tcp|udp|sctp)://.+");

  /** What follows the service's name; of {@code _PORT} alone the value has to be a URL. */
  private static final Pattern REST =
      Pattern.compile(
          "_SERVICE_HOST|_SERVICE_PORT(_[A-Z0-9_]+)?"
              + "|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");

  private ServiceVariables() {}

  /** Their names, sorted. */
  static Set<String> in(Map<String, String> environment) {
    Set<String> found = new TreeSet<>();
    for (String variable : environment.keySet()) {
      Matcher host = HOST.matcher(variable);
      if (host.matches()) {
        environment.forEach((name, value) -> {
          if (isOf(host.group(1), name, value)) {
            found.add(name);
          }
        });
      }
    }
    return found;
  }

  private static boolean isOf(String service, String name, String value) {
    if (!name.startsWith(service)) {
      return false;
    }
    String rest = name.substring(service.length());
    return rest.equals("_PORT") ? URL.matcher(value).matches() : REST.matcher(rest).matches();
  }
}
