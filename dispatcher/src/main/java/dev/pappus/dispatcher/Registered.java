package dev.pappus.dispatcher;

import dev.pappus.language.Composition;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Signature;
import dev.pappus.model.SourceCode;
import dev.pappus.model.StaticItem;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something registered under a name: an invocable as lists show it. */
public sealed interface Registered {
  /** Its name. */
  String name();

  /** Its sets. */
  Signature signature();

  /**
   * A compute function.
   *
   * @param spec what its owner said of it; its input sets without their static items
   * @param statics its static items
   * @param version names specification and binary together
   * @param binary names its binary
   * @param binaryBytes size of its binary
   * @param sandbox the backend that runs it; {@link dev.pappus.sandbox.Backends#NONE} if the node
   *     has none for it
   * @param program whether its binary is an ordinary Linux program
   * @param source what its binary was compiled from; null if it came as a binary
   * @param deployed when it was deployed, or made current again
   */
  record Function(
      FunctionSpec spec,
      List<StaticItem> statics,
      Digest version,
      Digest binary,
      long binaryBytes,
      String sandbox,
      boolean program,
      @Nullable SourceCode source,
      Instant deployed)
      implements Registered {
    public Function {
      statics = List.copyOf(statics);
    }

    @Override
    public String name() {
      return spec.name();
    }

    @Override
    public Signature signature() {
      return spec.signature();
    }
  }

  /**
   * A composition.
   *
   * @param composition the checked graph with its text
   */
  record OfComposition(Composition composition) implements Registered {
    @Override
    public String name() {
      return composition.name();
    }

    @Override
    public Signature signature() {
      return composition.signature();
    }
  }

  /**
   * A communication function of the platform; it is always there.
   *
   * @param name its name
   * @param signature its sets
   */
  record Communication(String name, Signature signature) implements Registered {}
}
