package dev.pappus.server.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A certificate chain and its private key, read from PEM files; they belong together. */
final class KeyPairFiles {
  private static final long FILE_BYTES_MAX = 1 << 20;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final byte[] PROBE = "do they belong together".getBytes(StandardCharsets.UTF_8);

  private final List<X509Certificate> chain;
  private final PrivateKey key;

  private KeyPairFiles(List<X509Certificate> chain, PrivateKey key) {
    this.chain = chain;
    this.key = key;
  }

  /** Reads both; an IOException says which file is wrong and how. */
  static KeyPairFiles read(Path certificateFile, Path keyFile) throws IOException {
    List<X509Certificate> chain = chain(certificateFile);
    String algorithm = chain.getFirst().getPublicKey().getAlgorithm();
    PrivateKey key = key(keyFile, algorithm);
    if (!belongTogether(chain.getFirst(), key, algorithm)) {
      throw new IOException(keyFile + " is not the key of the certificate in " + certificateFile);
    }
    return new KeyPairFiles(chain, key);
  }

  X509Certificate[] chain() {
    return chain.toArray(X509Certificate[]::new);
  }

  PrivateKey key() {
    return key;
  }

  private static byte[] bytes(Path file) throws IOException {
    if (Files.size(file) > FILE_BYTES_MAX) {
      throw new IOException(file + " is too large for a PEM file");
    }
    return Files.readAllBytes(file);
  }

  private static List<X509Certificate> chain(Path file) throws IOException {
    try {
      List<X509Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes(file)))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!chain.isEmpty()) {
        return chain;
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds no certificates as PEM: " + e.getMessage(), e);
    }
    throw new IOException(file + " holds no certificates as PEM");
  }

  private static PrivateKey key(Path file, String algorithm) throws IOException {
    Matcher pem = KEY.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
    if (!pem.find()) {
      throw new IOException(
          file
              + " holds no key in PKCS#8 without a password ('-----BEGIN PRIVATE KEY-----');"
              + " convert it: openssl pkcs8 -topk8 -nocrypt -in "
              + file);
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new IOException(
          file + " is not the " + algorithm + " key that the certificate needs", e);
    }
  }

  private static boolean belongTogether(
      X509Certificate certificate, PrivateKey key, String algorithm) throws IOException {
    String scheme =
        switch (algorithm) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> algorithm;
        };
    try {
      Signature signing = Signature.getInstance(scheme);
      signing.initSign(key);
      signing.update(PROBE);
      Signature checking = Signature.getInstance(scheme);
      checking.initVerify(certificate);
      checking.update(PROBE);
      return checking.verify(signing.sign());
    } catch (GeneralSecurityException e) {
      throw new IOException("the key cannot sign: " + e.getMessage(), e);
    }
  }
}
