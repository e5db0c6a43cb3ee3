// A whole order by the Kotlin client of openapi-generator: order URL PICTURE.
import api.apis.AuthManagementApi
import api.apis.OrderManagementApi
import api.apis.UserManagementApi
import api.infrastructure.ApiClient
import api.models.Category
import api.models.Occasion
import api.models.OrderCreate
import api.models.Role
import api.models.Status
import java.io.File
import java.time.LocalDateTime
import java.time.format.DateTimeFormatter
import java.util.UUID

fun main(arguments: Array<String>) {
    val (server, picture) = arguments
    val media = File(picture)
    val orders = OrderManagementApi(server)

    // Without categories, see lower.mjs.
    fun signUp(role: Role) = AuthManagementApi(server).signup(
        email = "kotlin$role-${System.nanoTime()}@example.com", password = "password", nickname = "Kotlin $role", role = role, media = media,
        passwordConfirmation = null, phone = null, name = null, description = null, price = null,
        deviceId = null, firebaseToken = null, terms = null,
    )
    val performer = signUp(Role.performer)
    val client = signUp(Role.client)

    ApiClient.accessToken = client.token
    val found = UserManagementApi(server).userSearch(categoryId = null, text = "Kotlin", role = Role.performer, page = null)
    check(found.data.any { it.id == performer.data.id }) { "the performer is not found" }
    val till = LocalDateTime.now().plusDays(7).format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss"))
    val order = orders.orderCreate(
        OrderCreate(performerId = performer.data.id, occasionId = Occasion.birthday, description = "Greet my aunt", dateTill = till),
        idempotencyMinusKey = UUID.randomUUID().toString(),
    ).data.id

    ApiClient.accessToken = performer.token
    orders.orderUpdate(orderId = order, idempotencyMinusKey = null, status = Status.done, media = media, ratingRate = null, ratingText = null, cancelText = null)

    ApiClient.accessToken = client.token
    val viewed = orders.orderView(order).data
    check(viewed.status == Status.done && viewed.media.size == 1) { "$viewed" }
    println("delivered: ${viewed.media[0].pathUrl}")
}
