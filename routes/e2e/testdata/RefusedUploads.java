import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.MultipartBody;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Uploads 5 MB with an expired token, as often as told, and prints what became of each: the status, or the error. */
public class RefusedUploads {
    public static void main(String[] arguments) {
        String url = arguments[0];
        String token = arguments[1];
        int times = Integer.parseInt(arguments[2]);
        OkHttpClient client = new OkHttpClient();
        byte[] video = new byte[5_000_000];
        for (int i = 0; i < times; i++) {
            RequestBody body = new MultipartBody.Builder()
                .setType(MultipartBody.FORM)
                .addFormDataPart("status", "2")
                .addFormDataPart("media", "greeting.mp4", RequestBody.create(MediaType.parse("video/mp4"), video))
                .build();
            Request request = new Request.Builder().url(url).header("Authorization", "Bearer " + token).post(body).build();
            try (Response response = client.newCall(request).execute()) {
                System.out.println(response.code() + " " + response.body().string());
            } catch (IOException e) {
                System.out.println(e);
            }
        }
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
