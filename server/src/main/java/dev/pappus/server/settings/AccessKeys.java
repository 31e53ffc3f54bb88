package dev.pappus.server.settings;

import dev.pappus.model.Namespace;
import dev.pappus.model.ProblemException;
import dev.pappus.server.Configuration;
import dev.pappus.server.access.AccessSettings;
import dev.pappus.server.access.Quota;
import dev.pappus.server.settings.SettingKey.Where;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/** The keys about who may use a node; a project from elsewhere has no say in them. */
final class AccessKeys {
  private AccessKeys() {}

  static List<SettingKey> all() {
    return List.of(
        SettingKey.text(
                "access.loopback",
                "admin",
                "what callers without a token may do on loopback addresses: `none`, `invoke`,"
                    + " `deploy` or `admin`",
                access(AccessSettings.Builder::anonymousLoopback))
            .only(Where.PERSONAL),
        SettingKey.text(
                "access.remote",
                "none",
                "what they may do on other addresses",
                access(AccessSettings.Builder::anonymousRemote))
            .only(Where.PERSONAL),
        SettingKey.path(
                "tls.certificate",
                "PEM file with the node's certificate and those that vouch for it",
                access(AccessSettings.Builder::tlsCertificate))
            .only(Where.PERSONAL),
        SettingKey.path(
                "tls.key",
                "PEM file with its private key, PKCS#8 without a password",
                access(AccessSettings.Builder::tlsKey))
            .only(Where.PERSONAL),
        SettingKey.bool(
                "tls.loopback",
                false,
                "whether ports on loopback addresses speak TLS too",
                access(AccessSettings.Builder::tlsLoopback))
            .only(Where.PERSONAL),
        quota(
            "rate",
            "requests that all callers of the namespace may send together, like `100/s`",
            (quota, value) -> quota.withRequestsPerSecond(Quota.parseRate((String) value))),
        new SettingKey(
            "namespaces.*.concurrency",
            SettingKey.Type.INTEGER,
            SettingKey.Use.NODE,
            Where.PERSONAL,
            () -> null,
            "none",
            "requests of theirs that are served at the same time",
            setter((quota, value) -> quota.withConcurrency((Long) value))),
        quota(
            "bytes",
            "bytes that they may send and receive, like `10MiB/s`",
            (quota, value) -> quota.withBytesPerSecond(Quota.parseBytesRate((String) value))));
  }

  static <T> BiConsumer<Configuration.Builder, T> access(BiConsumer<AccessSettings.Builder, T> to) {
    return (builder, value) -> builder.access(access -> to.accept(access, value));
  }

  private static SettingKey quota(
      String component, String meaning, BiFunction<Quota, Object, Quota> change) {
    return new SettingKey(
        "namespaces.*." + component,
        SettingKey.Type.TEXT,
        SettingKey.Use.NODE,
        Where.PERSONAL,
        () -> null,
        "none",
        meaning,
        setter(change));
  }

  private static SettingKey.Setter setter(BiFunction<Quota, Object, Quota> change) {
    return (builder, name, value) -> {
      try {
        Namespace namespace = new Namespace(name.split("\\.", -1)[1]);
        builder.access(access -> access.quota(namespace, quota -> change.apply(quota, value)));
      } catch (ProblemException e) {
        throw new IllegalArgumentException("is about no namespace: " + e.problem().detail(), e);
      }
    };
  }
}
