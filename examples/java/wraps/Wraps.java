// What presents are wrapped in: a subgraph in Java, as small as it can be.

import com.apollographql.federation.graphqljava.Federation;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import graphql.ExecutionInput;
import graphql.GraphQL;
import graphql.schema.idl.RuntimeWiring;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

public class Wraps {
  static final int MAX_BODY = 1 << 20;
  static final int HEAVY = 5_000; // grams
  static final List<Map<String, Object>> WRAPS =
      List.of(Map.of("id", "w1", "name", "Kraft paper"), Map.of("id", "w2", "name", "Red stars"));

  // What a document may hold is bounded by graphql-java, how deep JSON may be by Gson.
  static final Gson JSON =
      new GsonBuilder().serializeNulls().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

  public static void main(String[] args) throws Exception {
    String keys = System.getenv("WEFT_IDENTITY_KEYS");
    String listen = System.getenv().getOrDefault("WEFT_LISTEN", "127.0.0.1:4008");
    // Without keys everybody is answered: for development.
    Identities identities = keys == null ? null : new Identities(Path.of(keys), "wraps");
    GraphQL graphql = GraphQL.newGraphQL(schema()).build();

    System.setProperty("sun.net.httpserver.maxReqTime", "30"); // seconds that a request may take to arrive
    int colon = listen.lastIndexOf(':');
    var address = new InetSocketAddress(listen.substring(0, colon), Integer.parseInt(listen.substring(colon + 1)));
    HttpServer server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/healthz", exchange -> send(exchange, 200, Map.of("status", "ok")));
    server.createContext("/readyz", exchange -> send(exchange, 200, Map.of("status", "ok")));
    server.createContext("/graphql", exchange -> answer(exchange, graphql, identities));
    // Whoever is told to end has ended well.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      server.stop(1);
      Runtime.getRuntime().halt(0);
    }));
    server.start();
  }

  static graphql.schema.GraphQLSchema schema() throws IOException {
    RuntimeWiring wiring =
        RuntimeWiring.newRuntimeWiring()
            .type("Query", type -> type.dataFetcher("wraps", environment -> WRAPS))
            .type("Product", type -> type.dataFetcher("wraps", environment -> wraps(environment.getSource())))
            .build();
    return Federation.transform(Files.readString(Path.of("schema.graphql")), wiring)
        .setFederation2(true)
        .fetchEntities(environment -> environment.<List<Map<String, Object>>>getArgument("representations")
            .stream().map(Wraps::entity).toList())
        .resolveEntityType(environment -> {
          Map<String, Object> entity = environment.getObject();
          return environment.getSchema().getObjectType((String) entity.get("__typename"));
        })
        .build();
  }

  /** An entity is what the router says of it, and for papers what is known here. */
  static Map<String, Object> entity(Map<String, Object> representation) {
    if (!"Wrap".equals(representation.get("__typename"))) return representation;
    for (Map<String, Object> wrap : WRAPS) {
      if (!wrap.get("id").equals(representation.get("id"))) continue;
      Map<String, Object> found = new HashMap<>(wrap);
      found.put("__typename", "Wrap");
      return found;
    }
    return null;
  }

  static List<Map<String, Object>> wraps(Map<String, Object> product) {
    return ((Number) product.get("weight")).intValue() > HEAVY ? List.of() : WRAPS;
  }

  static void answer(HttpExchange exchange, GraphQL graphql, Identities identities) throws IOException {
    if (!exchange.getRequestMethod().equals("POST")) {
      send(exchange, 405, error("POST /graphql"));
      return;
    }
    try {
      if (identities != null) identities.check(exchange.getRequestHeaders().get("Weft-Identity"));
    } catch (GeneralSecurityException | RuntimeException e) {
      send(exchange, 401, error(e.getMessage()));
      return;
    }
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      send(exchange, 413, error("a request has at most " + MAX_BODY + " bytes"));
      return;
    }
    Request request;
    try {
      request = JSON.fromJson(new String(body, StandardCharsets.UTF_8), Request.class);
      if (request == null || request.query == null) throw new IllegalArgumentException("there is no query");
    } catch (RuntimeException e) {
      send(exchange, 400, error("this is no GraphQL request: " + e.getMessage()));
      return;
    }
    var input =
        ExecutionInput.newExecutionInput(request.query)
            .operationName(request.operationName)
            .variables(request.variables == null ? Map.of() : request.variables)
            .build();
    send(exchange, 200, graphql.execute(input).toSpecification());
  }

  static Map<String, Object> error(String message) {
    return Map.of("errors", List.of(Map.of("message", String.valueOf(message))));
  }

  static void send(HttpExchange exchange, int status, Object answer) throws IOException {
    byte[] text = JSON.toJson(answer).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    // Papers are the same for everybody.
    exchange.getResponseHeaders().set("Cache-Control", status == 200 ? "public, max-age=60" : "no-store");
    exchange.sendResponseHeaders(status, text.length);
    try (var out = exchange.getResponseBody()) {
      out.write(text);
    }
  }

  static class Request {
    String query;
    String operationName;
    Map<String, Object> variables;
  }
}

/** The token that the router signs for this service, and for no other. */
class Identities {
  static final long SKEW = 10;
  static final long LIFETIME = 60; // seconds

  final Map<String, PublicKey> keys = new HashMap<>();
  final String service;

  /** Reads the router's public keys (JWKS). */
  Identities(Path file, String service) throws IOException, GeneralSecurityException {
    this.service = service;
    for (var item : JsonParser.parseString(Files.readString(file)).getAsJsonObject().getAsJsonArray("keys")) {
      JsonObject key = item.getAsJsonObject();
      keys.put(key.get("kid").getAsString(), publicKey(key.get("x").getAsString()));
    }
  }

  /** An Ed25519 key: y, least byte first, with the sign of x in the last bit. */
  static PublicKey publicKey(String x) throws GeneralSecurityException {
    byte[] bytes = Base64.getUrlDecoder().decode(x);
    if (bytes.length != 32) throw new GeneralSecurityException("a key of Ed25519 has 32 bytes");
    boolean odd = (bytes[31] & 0x80) != 0;
    bytes[31] &= 0x7f;
    for (int i = 0; i < 16; i++) {
      byte kept = bytes[i];
      bytes[i] = bytes[31 - i];
      bytes[31 - i] = kept;
    }
    var point = new EdECPoint(odd, new BigInteger(1, bytes));
    return KeyFactory.getInstance("Ed25519").generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
  }

  void check(List<String> tokens) throws GeneralSecurityException {
    require(tokens != null && tokens.size() == 1, "the identity is missing");
    String[] parts = tokens.get(0).split("\\.", -1);
    require(parts.length == 3, "the identity is not a token");
    JsonObject head = read(parts[0]);
    PublicKey key = keys.get(text(head, "kid"));
    require(text(head, "alg").equals("EdDSA") && !head.has("crit") && key != null,
        "the identity is signed with a key that is not known");
    Signature signature = Signature.getInstance("Ed25519");
    signature.initVerify(key);
    signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    require(signature.verify(Base64.getUrlDecoder().decode(parts[2])), "the signature of the identity is wrong");
    JsonObject claims = read(parts[1]);
    require(text(claims, "iss").equals("weft-router") && text(claims, "aud").equals(service),
        "the identity is for another service");
    long now = Instant.now().getEpochSecond();
    long issued = claims.get("iat").getAsLong();
    long expires = claims.get("exp").getAsLong();
    require(now < expires + SKEW && now >= issued - SKEW && expires - issued <= LIFETIME, "the identity has expired");
  }

  static JsonObject read(String part) {
    String text = new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
    return JsonParser.parseString(text).getAsJsonObject();
  }

  static String text(JsonObject object, String name) {
    return object.has(name) ? object.get(name).getAsString() : "";
  }

  static void require(boolean holds, String otherwise) throws GeneralSecurityException {
    if (!holds) throw new GeneralSecurityException(otherwise);
  }
}
