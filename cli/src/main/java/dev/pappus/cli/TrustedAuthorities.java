package dev.pappus.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** The certificates of the file that the setting {@code ca} names. */
final class TrustedAuthorities {
  private TrustedAuthorities() {}

  /** Sockets that trust what is in {@code file}, PEM, and nothing else. */
  static SSLSocketFactory of(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new GeneralSecurityException("it holds no certificate");
      }
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate each : certificates) {
        trusted.setCertificateEntry("ca-" + trusted.size(), each);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException e) {
      throw new CliException(
          ExitCode.USAGE, "ca: " + IoText.of(e), "see: pappus config show --origin");
    } catch (GeneralSecurityException e) {
      throw new CliException(
          ExitCode.USAGE,
          "ca: " + file + " cannot be used: " + e.getMessage(),
          "it must hold certificates in PEM, -----BEGIN CERTIFICATE-----");
    }
  }
}
