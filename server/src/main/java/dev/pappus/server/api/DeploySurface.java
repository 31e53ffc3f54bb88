package dev.pappus.server.api;

import dev.pappus.dispatcher.FunctionReference;
import dev.pappus.dispatcher.Precondition;
import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.Deployment;
import dev.pappus.dispatcher.Registry.FunctionDeployed;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import dev.pappus.server.invoke.HeaderValue;
import dev.pappus.server.invoke.MediaTypes;
import dev.pappus.server.invoke.MultipartReader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes of functions on the administration port: deploying, rolling back, deleting. */
final class DeploySurface {
  private static final String DRY_RUN = "dryRun";

  private final Registry registry;
  private final AccessPolicy access;
  private final Limits limits;

  DeploySurface(Registry registry, AccessPolicy access, Limits limits) {
    this.registry = registry;
    this.access = access;
    this.limits = limits;
  }

  void addTo(Router router) {
    router
        .add("PUT", "/v1/functions/{}", this::put)
        .add("POST", "/v1/functions/{}/rollback", this::rollback)
        .add("DELETE", "/v1/functions/{}", this::delete);
  }

  private Endpoint put(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    Names.requireIdentifier("function", name);
    Precondition precondition = Preconditions.of(head);
    HeaderValue type = contentType(head);
    boolean form = type != null && type.value().equals(MediaTypes.MULTIPART);
    boolean dryRun = dryRun(head.query(), form ? List.of() : FunctionDraft.PARAMETERS);
    return new Endpoint.Blocking(
        form ? Limit.REGISTRATION_BODY : Limit.BINARY_BYTES,
        (request, body) -> {
          FunctionDraft draft;
          MemorySegment binary;
          if (type != null && form) {
            Map<String, MemorySegment> parts = parts(body, type);
            binary = parts.getOrDefault("binary", MemorySegment.NULL);
            MemorySegment spec = parts.get("spec");
            draft =
                spec == null
                    ? FunctionDraft.ofQuery(Map.of())
                    : FunctionSpecReader.read(spec, limits.get(Limit.SET_ITEMS));
          } else {
            binary = body.segment();
            draft = FunctionDraft.ofQuery(request.query());
          }
          Deployment deployment =
              new Deployment(
                  draft.complete(name, binary, limits),
                  binary,
                  OnConflict.REPLACE,
                  precondition,
                  dryRun);
          return deployed(registry.deploy(caller.namespace(), deployment), dryRun);
        });
  }

  private static @Nullable HeaderValue contentType(RequestHead head) {
    String type = head.header("content-type");
    try {
      return type == null ? null : HeaderValue.parse(type);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "the content type is malformed: %s", e.getMessage())
              .withHint("send application/octet-stream, or multipart/form-data with a boundary"),
          e);
    }
  }

  private static Map<String, MemorySegment> parts(Body body, HeaderValue type) {
    Map<String, MemorySegment> parts = new HashMap<>();
    MultipartReader.readParts(
        body,
        type,
        (name, data) -> {
          List<String> known = List.of("spec", "binary");
          if (!known.contains(name)) {
            throw badForm(
                "part '%s' is not known%s"
                    .formatted(Names.printable(name), Suggestion.didYouMean(name, known)));
          }
          if (parts.put(name, data) != null) {
            throw badForm("part '" + name + "' occurs twice");
          }
        });
    if (!parts.containsKey("binary")) {
      throw badForm("there is no part 'binary'");
    }
    return parts;
  }

  private static ProblemException badForm(String detail) {
    return new ProblemException(
        Problem.of(ProblemCode.BAD_REQUEST, "the form: %s", detail)
            .withHint("send -F spec=@SPEC.json -F binary=@FILE.elf"));
  }

  private static boolean dryRun(Map<String, List<String>> query, List<String> others) {
    List<String> known = new ArrayList<>(others);
    known.add(DRY_RUN);
    QueryParameters.requireKnown(query, known);
    return switch (QueryParameters.last(query, DRY_RUN)) {
      case null -> false;
      case "true" -> true;
      case "false" -> false;
      case String other ->
          throw QueryParameters.bad(
              "dryRun is true or false, not '" + Names.printable(other) + "'",
              "append ?dryRun=true to check a deployment without making it");
    };
  }

  private static Response deployed(FunctionDeployed deployed, boolean dryRun) {
    byte[] json =
        Json.object(out -> {
          out.writeStringProperty("change", deployed.change().name().toLowerCase(Locale.ROOT));
          if (dryRun) {
            out.writeBooleanProperty(DRY_RUN, true);
          }
          FunctionJson.full(out, deployed.function());
        });
    int status = deployed.change() == Change.CREATED && !dryRun ? 201 : 200;
    return RegistryAnswers.tagged(
        Response.of(status, Json.CONTENT_TYPE, json), deployed.function());
  }

  private Endpoint rollback(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    Names.requireIdentifier("function", name);
    Map<String, List<String>> query = head.query();
    QueryParameters.requireKnown(query, List.of("to"));
    String to = QueryParameters.last(query, "to");
    String digits = to == null ? null : FunctionReference.digits(to);
    Precondition precondition = Preconditions.of(head);
    return RegistryAnswers.reading((_, _) ->
        deployed(registry.rollBack(caller.namespace(), name, digits, precondition), false));
  }

  private Endpoint delete(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    if (FunctionReference.isVersion(name)) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "single versions of a function cannot be deleted")
              .withHint("delete the function by its name alone; old versions go by themselves"));
    }
    Precondition precondition = Preconditions.of(head);
    return RegistryAnswers.reading((_, _) -> {
      Registered.Function deleted = registry.deleteFunction(caller.namespace(), name, precondition);
      byte[] json =
          Json.object(out -> {
            out.writeStringProperty("change", "deleted");
            FunctionJson.summary(out, deleted);
          });
      return Response.of(200, Json.CONTENT_TYPE, json);
    });
  }
}
